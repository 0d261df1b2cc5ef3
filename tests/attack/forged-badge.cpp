/// \file
/// \chapter{10}
/// **Idea:** mint another badge from a capability that has one already, and speak to the server
/// under that name.
///
/// **Gain:** a client poses as another one.
///
/// **Why not:** `BadgedCap::with_badge` gives a badge only to a capability that has none, and who
/// hands out badged capabilities keeps the one without to himself.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 own_badge = 7;
constexpr u64 anothers_badge = 8;

void send(u64 cptr) {
    Endpoint{cptr}.send(user::message(0, {}));
}

Gain attempt(World& world) {
    const auto server = world.make<Endpoint>();
    const auto client = world.badged(server, own_badge);
    const Endpoint forged{world.slot()};
    attempted(slot_of(forged).mint_from(slot_of(client), all_rights, anothers_badge));
    attempted(slot_of(client).mutate_from(slot_of(client), anothers_badge));

    start(world, 0, send, is_empty(forged.cptr()) ? client.cptr() : forged.cptr());
    const bool fooled = server.receive().badge != own_badge;
    return fooled ? "the server takes its client for another one" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("forged-badge", attack::attempt);
}
