/// \file
/// \chapter{14}
/// **Idea:** have the messages cancelled that wait with one's own badge, by a capability that only
/// allows sending.
///
/// **Gain:** whoever shares a badge with others sends them to the end of the queue.
///
/// **Why not:** `may_cancel` asks for all rights.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 badge = 7;

void send(u64 cptr) {
    Endpoint{cptr}.send(user::message(0, {}));
}

Gain attempt(World& world) {
    const auto server = world.make<Endpoint>();
    start(world, 0, send, world.badged(server, badge).cptr());
    start(world, 1, send, world.badged(server, badge + 1).cptr());
    attempted(slot_of(world.badged(server, badge, write_only)).cancel_badged_sends());
    const bool first = server.receive().badge == badge;
    return first ? nothing : "a message that was first has been sent to the end of the queue";
}

} // namespace

} // namespace attack

int main() {
    return attack::run("cancel-anothers", attack::attempt);
}
