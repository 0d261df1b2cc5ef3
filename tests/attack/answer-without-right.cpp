/// \file
/// \chapter{14}
/// **Idea:** call through an endpoint without the right to be answered.
///
/// **Gain:** a one-way street is one no longer: who was only to speak hears, too.
///
/// **Why not:** `await_reply` makes a reply capability only for who has one of the two grant
/// rights.
#include "attack.hpp"

namespace attack {

namespace {

constinit u64 answers = 0;

void call(u64 client) {
    static_cast<void>(Endpoint{client}.call(user::message(0, {})));
    ++answers;
}

Gain attempt(World& world) {
    const auto server = world.make<Endpoint>();
    start(world, 0, call, world.copy(server, write_only).cptr());
    static_cast<void>(server.receive());
    seL4_Reply(user::message(0, {}));
    return answers != 0 ? "an answer came back through a one-way capability" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("answer-without-right", attack::attempt);
}
