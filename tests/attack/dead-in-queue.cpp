/// \file
/// \chapter{13}
/// **Idea:** delete a thread that waits at an endpoint, have its memory made into a page, and look
/// at what the kernel does to it when the next one queues up.
///
/// **Gain:** the kernel writes its pointers into a page of the program's, and follows what it finds
/// there.
///
/// **Why not:** before a thread dies, `end` suspends it, which takes it out of every queue.
#include "attack.hpp"

namespace attack {

namespace {

void wait(u64 server) {
    static_cast<void>(Endpoint{server}.receive());
}

Gain attempt(World& world) {
    const auto server = world.make<Endpoint>();
    const Untyped memory = world.memory(k::abi::page_bits);
    const auto victim = make_of<Tcb>(world, memory);
    require(
        thread(0).start(victim, {.entry = wait, .argument = server.cptr(), .priority = urgent}));
    require(slot_of(victim).remove());

    world.map(make_of<Frame>(world, memory), here);
    start(world, 1, wait, server.cptr());
    u64 all = 0;
    for (u64 at = here; at < here + Frame::bytes; at += sizeof at)
        all |= word_at(at);
    return all != 0 ? "the kernel's queue goes through a page of the program's" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("dead-in-queue", attack::attempt);
}
