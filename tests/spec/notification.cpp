#include "notification.hpp"

#include "schedule.hpp"
#include "thread.hpp"

#include <algorithm>

namespace spec {

namespace {

/// "A wake-up by a signal sets x0 only."
void wake_with(World& world, Name thread, Word badge) {
    x_register(world, thread, 0) = badge;
    world.threads.at(thread).state = Runnable{};
    wake(world, thread);
}

/// The bound thread, if it is blocked receiving on an endpoint; it leaves the queue.
std::optional<Name> take_bound_receiver(World& world, const Notification& notification) {
    if (!notification.bound) return std::nullopt;
    const State& state = world.threads.at(*notification.bound).state;
    const auto* receiving = std::get_if<Receiving>(&state);
    if (receiving == nullptr) return std::nullopt;
    std::erase(world.endpoints.at(receiving->endpoint).receivers, *notification.bound);
    return notification.bound;
}

/// "x0 = the pending word, which is cleared, and the object is idle."
void take_pending(World& world, Name thread, Notification& notification) {
    x_register(world, thread, 0) = std::exchange(notification.pending, 0);
    notification.active = false;
}

} // namespace

void signal(World& world, Name name, Word badge) {
    Notification& notification = world.notifications.at(name);
    if (!notification.waiters.empty()) {
        const Name first = notification.waiters.front();
        notification.waiters.pop_front();
        wake_with(world, first, badge);
        return;
    }
    if (!notification.active) {
        if (const auto receiver = take_bound_receiver(world, notification)) {
            wake_with(world, *receiver, badge);
            return;
        }
    }
    notification.active = true;
    notification.pending |= badge;
}

void wait(World& world, Name thread, Name name, bool blocking) {
    Notification& notification = world.notifications.at(name);
    if (notification.active) {
        take_pending(world, thread, notification);
    } else if (blocking) {
        world.threads.at(thread).state = Waiting{name};
        notification.waiters.push_back(thread);
    } else {
        x_register(world, thread, 0) = 0;
    }
}

bool take_bound_signal(World& world, Name thread) {
    const auto bound = world.threads.at(thread).notification;
    if (!bound || !world.notifications.at(*bound).active) return false;
    take_pending(world, thread, world.notifications.at(*bound));
    return true;
}

void unbind(World& world, Name name) {
    const auto bound = std::exchange(world.notifications.at(name).bound, std::nullopt);
    if (bound) world.threads.at(*bound).notification.reset();
}

void destroy_notification(World& world, Name name) {
    unbind(world, name);
    const Notification gone = world.notifications.at(name);
    world.notifications.erase(name);
    for (const Name thread : gone.waiters) {
        repeat(world, thread);
    }
}

} // namespace spec
