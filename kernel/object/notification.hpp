/// \file
/// Notifications, by which threads are told that something has happened. seL4 manual,
/// "Notifications".
#pragma once

#include "object/badged.hpp"
#include "object/thread_queue.hpp"

#include <utility>

namespace k {

/// A word of bits that signals set and a waiter takes. A signal is a badge and nothing else; ORed
/// together, signals that come before anybody looks need no more memory than one. What is lost by
/// that is how often each of them came.
///
/// It is *active* if there is a signal that nobody has got, be it with badge 0; then nobody waits.
/// A notification of zeros is one where nothing has happened, and nobody waits.
class Notification {
  public:
    ThreadQueue waiters{}; ///< first come, first served

    [[nodiscard]] bool is_active() const noexcept { return (bound_.flags() & active) != 0; }

    /// Keeps a signal for who asks for it. \pre nobody waits
    void add(u64 badge) noexcept {
        K_ASSERT(waiters.empty());
        pending_ |= badge;
        bound_.set_flags(active);
    }

    /// Gives away all signals that have been kept, as one. \pre it is active
    [[nodiscard]] u64 take() noexcept {
        K_ASSERT(is_active());
        bound_.set_flags(0);
        return std::exchange(pending_, 0);
    }

    /// The thread that hears signals also while it waits for messages; nullptr if there is none.
    [[nodiscard]] Tcb* bound() const noexcept { return bound_.get(); }

    void set_bound(Tcb* thread) noexcept { bound_.set(thread); }

  private:
    static constexpr u64 active = 1;

    u64 pending_ = 0; ///< the badges; 0 unless it is active
    TaggedPtr<Tcb, 1>
        bound_{}; ///< and whether it is active, for which a badge of 0 leaves no other place
};

static_assert(sizeof(Notification) == bit(abi::size_bits(abi::ObjectType::Notification, 0)));

template <>
inline constexpr CapType cap_type_of<Notification> = CapType::Notification;

template <>
class Cap<Notification> : public BadgedCap<Notification> {
  public:
    [[nodiscard]] Notification& object() const noexcept {
        return *arch::window.at<Notification>(address());
    }

  private:
    friend class Capability;
    using BadgedCap::BadgedCap;
};

} // namespace k
