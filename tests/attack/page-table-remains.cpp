/// \file
/// \chapter{11}
/// **Idea:** take a page table out of its place while a page is mapped in it, give the page away,
/// and put the table back.
///
/// **Gain:** the table has kept the entry, and the page's next owner shares it unawares.
///
/// **Why not:** PageTable_Unmap clears the table, whatever it held.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 secret = 0x5ec2'e700;
constexpr u64 there = here + (u64{1} << 30);

Gain attempt(World& world) {
    world.map(world.make<Frame>(), here + (1 << 21)); // the tables above the one that matters
    const auto table = world.make<PageTable>();
    require(table.map(own_vspace, here));
    const auto frame = require(world.objects().make<Frame>());
    require(frame.object.map(own_vspace, here));
    require(table.unmap());
    require(slot_of(frame.memory).revoke());

    world.map(make_of<Frame>(world, frame.memory), there);
    word_at(there) = secret;
    require(table.map(own_vspace, here));
    return peek(world, here) == secret ? "a table brings back a page that was given away" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("page-table-remains", attack::attempt);
}
