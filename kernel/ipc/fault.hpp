/// \file
/// Faults as messages: a thread that cannot go on calls somebody who can help. seL4 manual,
/// "Faults".
///
/// The call is one that the thread has not made itself. So it goes the way of all calls: it waits
/// at the endpoint if the handler is busy, the handler receives it and gets a reply capability, and
/// the thread goes on when that is used. Only the words are others, on the way there and on the way
/// back.
#pragma once

#include "ipc/rendezvous.hpp"

namespace k {

/// Has `thread` call its fault handler because of the fault that it has.
/// \pre it is Running, and its restart_pc is where the fault was
/// \return whether there is a handler that could answer. If not, nothing has happened
[[nodiscard]] bool call_handler(Scheduler& scheduler, Tcb& thread) noexcept;

/// Gives `handler` the message about the fault that `thread` has.
/// \param badge  of the thread's capability to the handler's endpoint
void transfer_fault(const Tcb& thread, Tcb& handler, u64 badge) noexcept;

/// Does to `thread` what the reply in `handler`'s registers and buffer says, which is the end of
/// the fault. \return whether the thread goes on, at its restart_pc; otherwise it is to stop
[[nodiscard]] bool end_fault(Tcb& thread, const Tcb& handler) noexcept;

} // namespace k
