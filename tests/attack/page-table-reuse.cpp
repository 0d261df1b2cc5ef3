/// \file
/// \chapter{11}
/// **Idea:** delete a page table that is in use, have its memory made into a page, and write table
/// entries there.
///
/// **Gain:** any memory, at an address of one's choice: here, the first page of the kernel.
///
/// **Why not:** when the last capability to a table goes, `retire` takes it out of the table above
/// it.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 there = here + (u64{1} << 30);
constexpr u64 leaf_to_kernel = 0x4020'0000 | 0xf43; // a page: valid, EL0 may read and write
constexpr u64 magic_offset = 56;                    // in the header of the kernel's image
constexpr u64 magic = 0x644d'5241;                  // "ARM", 0x64

Gain attempt(World& world) {
    world.map(world.make<Frame>(), here); // the tables above the one that matters
    const auto table = require(world.objects().make<PageTable>());
    require(table.object.map(own_vspace, here + (1 << 21)));
    require(slot_of(table.object).remove());

    world.map(make_of<Frame>(world, table.memory), there);
    word_at(there) = leaf_to_kernel;
    const auto word = peek(world, here + (1 << 21) + magic_offset);
    return word && static_cast<u32>(*word) == magic ? "the kernel's own memory, mapped" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("page-table-reuse", attack::attempt);
}
