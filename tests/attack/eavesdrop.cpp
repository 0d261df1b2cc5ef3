/// \file
/// \chapter{13}
/// **Idea:** receive through a capability that allows sending alone.
///
/// **Gain:** a client gets what other clients send to its server.
///
/// **Why not:** `receive` asks for the right to read.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 secret = 0x5ec2'e700;
constinit u64 heard = 0;

void send_secret(u64 server) {
    Endpoint{server}.send(user::message(0, {secret}));
}

void listen(u64 client) {
    static_cast<void>(Endpoint{client}.receive());
    heard = user::word(0);
}

Gain attempt(World& world) {
    const auto server = world.make<Endpoint>();
    start(world, 0, send_secret, server.cptr());
    const bool received = survives(world, listen, world.copy(server, write_only).cptr());
    return received && heard == secret ? "a message for the server is read by a client" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("eavesdrop", attack::attempt);
}
