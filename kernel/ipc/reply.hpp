/// \file
/// Answers: who has called waits for one, and who has received the call may give it.
///
/// A thread that waits for an answer holds a capability to that in its own slot ThreadSlot::Reply,
/// where no CPtr leads. What the receiver gets, in its slot ThreadSlot::Caller, is derived from it.
/// There is never more than one of these, since a reply capability cannot be copied, and wherever
/// it is moved, the caller's is its neighbour in the derivation tree. So who answers empties both
/// slots, and a caller that must not wait any longer finds the other one and does the same.
#pragma once

#include "object/derivation.hpp"
#include "object/reply.hpp"
#include "sched/scheduler.hpp"

namespace k {

/// `receiver` has received a call. Gives it the right to answer, if `caller` had the right to ask.
/// \param asked, received  the rights of the capabilities through which they did it
/// \return the state in which the caller is from now on. Nobody can answer who was given no right
///         to: such a caller is Inactive.
/// \pre `receiver` has no other caller to answer
[[nodiscard]] ThreadState await_reply(Tcb& caller, Rights asked, Tcb& receiver,
                                      Rights received) noexcept;

/// Answers with the message in `replier`'s registers and buffer.
/// \param slot  holds a reply capability, and is empty afterwards
void reply(Scheduler& scheduler, Tcb& replier, Slot& slot) noexcept;

/// Takes back the right to answer `caller`, wherever it is.
void void_reply(Tcb& caller) noexcept;

/// Throws away the right to answer whoever has called `receiver` last. That thread goes on waiting.
inline void forget_caller(Tcb& receiver) noexcept {
    Slot& slot = receiver.slot(ThreadSlot::Caller);
    if (!slot.is_empty()) remove(slot);
}

} // namespace k
