/// \file
/// The threads that wait for messages and signals, as they really are.
#pragma once

#include "lib/endpoint.hpp"
#include "lib/thread.hpp"
#include "model.hpp"

namespace stress {

/// The label of an answer is this and the worker's number.
inline constexpr u64 answer_label = 100;

/// What a worker says of itself.
struct Report {
    u64 messages = 0; ///< that have come, and signals
    u64 badge = 0;    ///< of the last one
};

class Workers {
  public:
    /// \param first_slot  of `threads` empty ones, for the capabilities to the fault endpoint
    [[nodiscard]] user::Status begin(user::Endpoint faults, u64 first_slot) noexcept;

    /// Lets a thread receive through `cptr`, whatever it has been doing.
    [[nodiscard]] user::Status start(u8 worker, user::Tcb tcb, u64 cptr) noexcept;

    /// All of them run until they wait. One whose time slice ends meanwhile comes behind us; it has
    /// a new one when we yield again.
    static void let_run() noexcept {
        seL4_Yield();
        seL4_Yield();
    }

    [[nodiscard]] Report report(u64 worker) const noexcept;

    /// Takes the messages of those that have faulted.
    [[nodiscard]] std::bitset<threads> take_faults() const noexcept;

  private:
    user::Endpoint faults_{0};
    u64 first_slot_ = 0;
};

} // namespace stress
