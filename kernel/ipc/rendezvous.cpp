#include "ipc/rendezvous.hpp"

#include "ipc/transfer.hpp"

namespace k {

namespace {

/// \param state  BlockedOnSend or BlockedOnReceive
void wait(Scheduler& scheduler, Tcb& thread, const Cap<Endpoint>& at, ThreadState state) noexcept {
    thread.waiting_through = at.raw();
    scheduler.block(thread, state);
    at.object().queue.push_back(thread);
}

Endpoint& waiting_place(const Tcb& thread) noexcept {
    return thread.waiting_through.as<Endpoint>()->object();
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
    transfer(sender, *receiver, through.badge());
    scheduler.wake(*receiver);
    if (mode == SendMode::Call) scheduler.block(sender, ThreadState::Inactive);
}

void receive(Scheduler& scheduler, Tcb& receiver, const Cap<Endpoint>& through,
             bool blocking) noexcept {
    Endpoint& endpoint = through.object();
    Tcb* const sender = endpoint.first(ThreadState::BlockedOnSend);
    if (sender == nullptr) {
        if (blocking) return wait(scheduler, receiver, through, ThreadState::BlockedOnReceive);
        receiver.context.x[0] = 0;
        return;
    }
    endpoint.queue.remove(*sender);
    transfer(*sender, receiver, sender->waiting_through.as<Endpoint>()->badge());
    if (sender->is_calling)
        sender->state = ThreadState::Inactive; // nobody can answer it, as yet
    else
        scheduler.wake(*sender);
}

void cancel_wait(Tcb& thread) noexcept {
    switch (thread.state) {
    case ThreadState::BlockedOnSend:
    case ThreadState::BlockedOnReceive: return waiting_place(thread).queue.remove(thread);
    case ThreadState::Inactive:
    case ThreadState::Running: return;
    }
}

void dissolve(Scheduler& scheduler, Endpoint& endpoint) noexcept {
    while (Tcb* const thread = endpoint.queue.front()) {
        endpoint.queue.remove(*thread);
        scheduler.repeat_call(*thread);
    }
}

} // namespace k
