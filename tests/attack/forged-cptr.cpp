/// \file
/// \chapter{09}
/// **Idea:** name a capability by CPtrs that have other bits in front of its slot's number than its
/// CSpace's guard.
///
/// **Gain:** a guard that is not looked at lets programs reach slots by names that nobody meant to
/// give.
///
/// **Why not:** `step` compares the guard before it goes to a slot.
#include "attack.hpp"

namespace attack {

namespace {

Gain attempt(World& world) {
    const auto notification = world.make<Notification>();
    for (unsigned i = k::abi::root_cnode_bits; i < k::abi::word_bits; ++i) {
        seL4_NBSend(notification.cptr() | u64{1} << i, user::message(0, {}));
        seL4_NBSend(notification.cptr() | ~u64{0} << i, user::message(0, {}));
    }
    const auto signalled = world.badged(notification, 1);
    signalled.signal();
    if (notification.poll() != 1) return "the own signal is lost";
    const u64 forged = notification.cptr() | u64{1} << 40;
    return is_empty(forged) ? nothing : "a CPtr with any bits in front leads to a capability";
}

} // namespace

} // namespace attack

int main() {
    return attack::run("forged-cptr", attack::attempt);
}
