/// \file
/// \chapter{11}
/// **Idea:** keep a frame whose mapping has gone with a page table, wait until somebody maps
/// another page at that address, and unmap the old frame.
///
/// **Gain:** pages vanish from under somebody else.
///
/// **Why not:** what a frame capability remembers is no claim: `unmap` looks whether the entry
/// leads to this very frame.
#include "attack.hpp"

namespace attack {

namespace {

Gain attempt(World& world) {
    world.map(world.make<Frame>(), here + (1 << 21)); // the tables above the one that matters
    const auto table = world.make<PageTable>();
    require(table.map(own_vspace, here));
    const auto old = world.make<Frame>();
    require(old.map(own_vspace, here));
    require(table.unmap());
    require(table.map(own_vspace, here));

    require(world.make<Frame>().map(own_vspace, here));
    attempted(old.unmap());
    return peek(world, here) ? nothing : "another page has been unmapped in its place";
}

} // namespace

} // namespace attack

int main() {
    return attack::run("unmap-anothers", attack::attempt);
}
