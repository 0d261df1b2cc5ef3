/// \file
/// \chapter{11}
/// **Idea:** put one page table into two places, so that only the second is remembered, and delete
/// it.
///
/// **Gain:** the first place still leads to memory that can be made into a page: the program writes
/// table entries of its own.
///
/// **Why not:** a page table's capability knows that the table is in use, and PageTable_Map
/// refuses.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 first = here + (1 << 21);
constexpr u64 second = here + (2 << 21);
constexpr u64 there = here + (u64{1} << 30);
constexpr u64 leaf_to_kernel = 0x4020'0000 | 0xf43; // a page: valid, EL0 may read and write

Gain attempt(World& world) {
    world.map(world.make<Frame>(), here); // the tables above the one that matters
    const auto table = require(world.objects().make<PageTable>());
    require(table.object.map(own_vspace, first));
    attempted(table.object.map(own_vspace, second));
    require(slot_of(table.object).remove());

    world.map(make_of<Frame>(world, table.memory), there);
    word_at(there) = leaf_to_kernel;
    return peek(world, first) ? "the kernel's own memory, mapped" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("page-table-twice", attack::attempt);
}
