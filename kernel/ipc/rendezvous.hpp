/// \file
/// How threads meet at an endpoint. seL4 manual, "Message Passing (IPC)".
///
/// Whoever comes first waits in the endpoint's queue. Whoever comes second finds it there and moves
/// the message, at once and straight from one thread to the other: a message that nobody has
/// received yet is nowhere but in its sender. So the kernel needs no memory for messages, however
/// many threads send.
#pragma once

#include "object/endpoint.hpp"
#include "sched/scheduler.hpp"

namespace k {

/// What a sender wants to know of what becomes of its message.
enum class SendMode : u8 {
    Send,   ///< nothing, unless a CPtr in it leads nowhere; it waits until the message is taken
    NBSend, ///< nothing at all, and it does not wait
    Call,   ///< it waits for an answer
};

/// Gives `sender`'s message to the first thread that waits for one at the endpoint. With nobody
/// there the sender waits, or the message is lost.
/// \pre `through` may write; a sender that would have to wait is not blocked
void send(Scheduler& scheduler, Tcb& sender, const Cap<Endpoint>& through, SendMode mode) noexcept;

/// Gives `receiver` the message of the first thread that waits to send one at the endpoint. With
/// nobody there the receiver waits, or learns from a badge of 0 that there is none. A signal that
/// its bound notification has for it comes first.
/// \pre `through` may read
void receive(Scheduler& scheduler, Tcb& receiver, const Cap<Endpoint>& through,
             bool blocking) noexcept;

/// Takes a blocked thread away from where it waits. Its state is the caller's to change.
void cancel_wait(Tcb& thread) noexcept;

/// Sends away those who wait to send through a capability with that badge. They make their calls
/// again, and find out for themselves what has become of the capability.
/// \pre badge != 0
void cancel_sends(Scheduler& scheduler, Endpoint& endpoint, u64 badge) noexcept;

/// Sends away all who wait at an endpoint that is about to go. They make their calls again, and
/// find out for themselves that it is no longer there.
void dissolve(Scheduler& scheduler, Endpoint& endpoint) noexcept;

} // namespace k
