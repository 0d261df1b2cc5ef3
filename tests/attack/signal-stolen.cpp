/// \file
/// \chapter{15}
/// **Idea:** wait at a notification that is bound to another thread.
///
/// **Gain:** signals for that thread, such as its timer's, reach the thief instead.
///
/// **Why not:** `receive` lets only the bound thread wait at a bound notification.
#include "attack.hpp"

namespace attack {

namespace {

void wait(u64 notification) {
    static_cast<void>(Notification{notification}.wait());
}

Gain attempt(World& world) {
    const auto notification = world.make<Notification>();
    const auto signalled = world.badged(notification, 1);
    require(own_tcb.bind(notification));
    start(world, 0, wait, notification.cptr());
    signalled.signal();
    const bool arrived = notification.poll() == 1;
    attempted(own_tcb.unbind());
    return arrived ? nothing : "a signal for the bound thread has gone to another one";
}

} // namespace

} // namespace attack

int main() {
    return attack::run("signal-stolen", attack::attempt);
}
