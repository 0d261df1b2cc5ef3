#include "ipc/rendezvous.hpp"

#include "ipc/notification.hpp"
#include "ipc/reply.hpp"
#include "ipc/transfer.hpp"

#include <utility>

namespace k {

namespace {

/// \param state  BlockedOnSend or BlockedOnReceive
void wait(Scheduler& scheduler, Tcb& thread, const Cap<Endpoint>& at, ThreadState state) noexcept {
    thread.waiting_through = at.raw();
    scheduler.block(thread, state);
    at.object().queue.push_back(thread);
}

Cap<Endpoint> waiting_through(const Tcb& thread) noexcept {
    return *thread.waiting_through.as<Endpoint>();
}

/// Sends a thread away from an endpoint.
void send_away(Scheduler& scheduler, Endpoint& endpoint, Tcb& thread) noexcept {
    endpoint.queue.remove(thread);
    thread.fault = {};
    scheduler.repeat_call(thread);
}

} // namespace

void send(Scheduler& scheduler, Tcb& sender, const Cap<Endpoint>& through, SendMode mode) noexcept {
    Endpoint& endpoint = through.object();
    Tcb* const receiver = endpoint.first(ThreadState::BlockedOnReceive);
    if (receiver == nullptr) {
        if (mode == SendMode::NBSend) return;
        sender.is_calling = mode == SendMode::Call;
        wait(scheduler, sender, through, ThreadState::BlockedOnSend);
        return;
    }
    endpoint.queue.remove(*receiver);
    transfer(sender, *receiver, through.raw(), through.badge());
    scheduler.wake(*receiver);
    if (mode == SendMode::Call)
        scheduler.block(sender, await_reply(sender, through.rights(), *receiver,
                                            receiver->waiting_through.rights()));
}

void receive(Scheduler& scheduler, Tcb& receiver, const Cap<Endpoint>& through,
             bool blocking) noexcept {
    forget_caller(receiver);
    if (take_bound_signal(receiver)) return;
    Endpoint& endpoint = through.object();
    Tcb* const sender = endpoint.first(ThreadState::BlockedOnSend);
    if (sender == nullptr) {
        if (blocking) return wait(scheduler, receiver, through, ThreadState::BlockedOnReceive);
        receiver.context.x[0] = 0;
        return;
    }
    endpoint.queue.remove(*sender);
    const Cap<Endpoint> sent_through = waiting_through(*sender);
    transfer(*sender, receiver, sent_through.raw(), sent_through.badge());
    if (sender->is_calling)
        sender->state = await_reply(*sender, sent_through.rights(), receiver, through.rights());
    else
        scheduler.wake(*sender);
}

void cancel_wait(Tcb& thread) noexcept {
    thread.fault = {};
    switch (thread.state) {
    case ThreadState::BlockedOnSend:
    case ThreadState::BlockedOnReceive:
        return waiting_through(thread).object().queue.remove(thread);
    case ThreadState::BlockedOnReply: return void_reply(thread);
    case ThreadState::BlockedOnNotification:
        return thread.waiting_through.as<Notification>()->object().waiters.remove(thread);
    case ThreadState::Inactive:
    case ThreadState::Running: return;
    }
}

void cancel_sends(Scheduler& scheduler, Endpoint& endpoint, u64 badge) noexcept {
    Tcb* next = endpoint.first(ThreadState::BlockedOnSend);
    while (next != nullptr) {
        Tcb& sender = *std::exchange(next, next->next);
        if (waiting_through(sender).badge() == badge) send_away(scheduler, endpoint, sender);
    }
}

void dissolve(Scheduler& scheduler, Endpoint& endpoint) noexcept {
    while (Tcb* const thread = endpoint.queue.front())
        send_away(scheduler, endpoint, *thread);
}

} // namespace k
