/// \file
/// Endpoints, through which threads meet. seL4 manual, "Message Passing (IPC)".
#pragma once

#include "object/badged.hpp"
#include "object/thread_queue.hpp"

namespace k {

/// Where threads wait for each other, first come, first served. Those who wait are all senders or
/// all receivers, since the first of the other kind to come need not wait: so which they are shows
/// in any one of them. An endpoint of zeros is one where nobody waits.
struct Endpoint {
    ThreadQueue queue{};

    /// The first of those who wait here if they wait for that; nullptr if there is nobody.
    /// \param state  BlockedOnSend or BlockedOnReceive
    [[nodiscard]] Tcb* first(ThreadState state) const noexcept {
        Tcb* const thread = queue.front();
        return thread != nullptr && thread->state == state ? thread : nullptr;
    }
};

static_assert(sizeof(Endpoint) == bit(abi::size_bits(abi::ObjectType::Endpoint, 0)));

template <>
inline constexpr CapType cap_type_of<Endpoint> = CapType::Endpoint;

template <>
class Cap<Endpoint> : public BadgedCap<Endpoint> {
  public:
    [[nodiscard]] Endpoint& object() const noexcept {
        return *arch::window.at<Endpoint>(address());
    }

  private:
    friend class Capability;
    using BadgedCap::BadgedCap;
};

} // namespace k
