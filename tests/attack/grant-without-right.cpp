/// \file
/// \chapter{14}
/// **Idea:** send a capability through an endpoint without the right to grant.
///
/// **Gain:** two programs that were only to exchange words exchange capabilities, and no policy
/// holds.
///
/// **Why not:** `transfer` moves capabilities only if the sender's capability has the right.
#include "attack.hpp"

namespace attack {

namespace {

constinit u64 present = 0;

void send_capability(u64 client) {
    seL4_SetCap(0, present);
    Endpoint{client}.send(user::message(0, {}, 1));
}

Gain attempt(World& world) {
    const auto server = world.make<Endpoint>();
    present = world.make<Notification>().cptr();
    const u64 target = world.slot();
    seL4_SetCapReceivePath(own_cspace.cptr(), target, k::abi::word_bits);
    start(world, 0, send_capability, world.copy(server, write_only).cptr());
    static_cast<void>(server.receive());
    return is_empty(target) ? nothing : "a capability came through where only words may";
}

} // namespace

} // namespace attack

int main() {
    return attack::run("grant-without-right", attack::attempt);
}
