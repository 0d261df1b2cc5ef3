/// \file
/// \chapter{14}
/// **Idea:** say that a message has 127 words, which is more than the buffer has room for.
///
/// **Gain:** the words behind the last overwrite what the receiver keeps in its buffer: which slot
/// it wants capabilities in.
///
/// **Why not:** `MessageInfo::words` cuts the length before anybody copies.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 intact = 0x1234;

void send(u64 server) {
    seL4_SetCapReceivePath(0xbad, 0xbad, 0xbad);
    Endpoint{server}.send(seL4_MessageInfo_t{{127}});
}

Gain attempt(World& world) {
    const auto server = world.make<Endpoint>();
    seL4_SetCapReceivePath(own_cspace.cptr(), intact, k::abi::word_bits);
    start(world, 0, send, server.cptr());
    static_cast<void>(server.receive());
    const bool overwritten = seL4_GetIPCBuffer()->receiveIndex != intact;
    return overwritten ? "a sender chooses the slot that its receiver's capabilities go to"
                       : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("message-too-long", attack::attempt);
}
