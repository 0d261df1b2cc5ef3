#include "ipc/notification.hpp"

#include "base/trace.hpp"
#include "ipc/rendezvous.hpp"

namespace k {

namespace {

/// All that a thread gets to see of a signal: no label, no words.
void deliver(Tcb& thread, u64 badge) noexcept {
    thread.context.x[0] = badge;
}

/// The thread that a signal reaches at once, taken from where it waits; nullptr if there is none.
Tcb* take_listener(Notification& notification) noexcept {
    if (!notification.waiters.empty()) return &notification.waiters.pop_front();
    Tcb* const bound = notification.bound();
    if (bound == nullptr || bound->state != ThreadState::BlockedOnReceive) return nullptr;
    if (notification.is_active())
        return nullptr; // it was bound while it waited, and after a signal
    cancel_wait(*bound);
    return bound;
}

} // namespace

void signal(Scheduler& scheduler, Notification& notification, u64 badge) noexcept {
    trace::event(trace::Kind::Signal, badge);
    Tcb* const listener = take_listener(notification);
    if (listener == nullptr) return notification.add(badge);
    deliver(*listener, badge);
    scheduler.wake(*listener);
}

void await_signal(Scheduler& scheduler, Tcb& thread, const Cap<Notification>& through,
                  bool blocking) noexcept {
    Notification& notification = through.object();
    if (notification.is_active()) return deliver(thread, notification.take());
    if (!blocking) return deliver(thread, 0);
    thread.waiting_through = through.raw();
    scheduler.block(thread, ThreadState::BlockedOnNotification);
    notification.waiters.push_back(thread);
}

bool take_bound_signal(Tcb& thread) noexcept {
    Notification* const notification = thread.notification;
    if (notification == nullptr || !notification->is_active()) return false;
    deliver(thread, notification->take());
    return true;
}

void bind(Tcb& thread, Notification& notification) noexcept {
    K_ASSERT(thread.notification == nullptr && notification.bound() == nullptr);
    thread.notification = &notification;
    notification.set_bound(&thread);
}

void unbind(Tcb& thread) noexcept {
    if (thread.notification == nullptr) return;
    thread.notification->set_bound(nullptr);
    thread.notification = nullptr;
}

void dissolve(Scheduler& scheduler, Notification& notification) noexcept {
    if (Tcb* const bound = notification.bound()) unbind(*bound);
    while (!notification.waiters.empty())
        scheduler.repeat_call(notification.waiters.pop_front());
}

} // namespace k
