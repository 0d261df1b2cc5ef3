/// \file
/// \chapter{13}
/// **Idea:** delete an endpoint at which threads wait, have its memory made into a page, and
/// suspend one of the threads.
///
/// **Gain:** the kernel takes a page of the program's for the endpoint's queue.
///
/// **Why not:** with the last capability to an endpoint, `dissolve` sends away all who wait there.
#include "attack.hpp"

namespace attack {

namespace {

void wait(u64 server) {
    static_cast<void>(Endpoint{server}.receive());
}

Gain attempt(World& world) {
    const Untyped memory = world.memory(k::abi::page_bits);
    const auto server = make_of<Endpoint>(world, memory);
    const Tcb first = start(world, 0, wait, server.cptr());
    start(world, 1, wait, server.cptr());
    require(slot_of(server).remove());

    world.map(make_of<Frame>(world, memory), here);
    require(first.suspend());
    const bool written = word_at(here) != 0 || word_at(here + 8) != 0;
    return written ? "the kernel keeps its queue in a page of the program's" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("endpoint-gone", attack::attempt);
}
