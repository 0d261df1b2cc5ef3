/// \file
/// \chapter{11}
/// **Idea:** fill a page with numbers, give it back, and have its memory made into an ASID pool.
///
/// **Gain:** the numbers count as address spaces: the kernel takes memory that the program chose
/// for page tables.
///
/// **Why not:** MakePool resets the untyped, and so clears it, before it is a pool.
#include "attack.hpp"

namespace attack {

namespace {

Gain attempt(World& world) {
    const Untyped memory = world.memory(k::abi::page_bits);
    world.map(make_of<Frame>(world, memory), here);
    for (u64 at = here; at < here + Frame::bytes; at += sizeof at)
        word_at(at) = here;
    require(slot_of(memory).revoke());

    const auto pool = require(user::own_asid_control.make_pool(memory, world.slot()));
    const auto space = world.make<user::VSpace>();
    attempted(pool.assign(space));
    const auto mapped = world.make<PageTable>().map(space, here);
    return mapped ? nothing : "a new ASID pool is full of numbers that the program wrote";
}

} // namespace

} // namespace attack

int main() {
    return attack::run("asid-pool-remains", attack::attempt);
}
