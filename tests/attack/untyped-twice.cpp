/// \file
/// \chapter{10}
/// **Idea:** copy the capability to untyped memory, and make a page out of each of the two.
///
/// **Gain:** two objects in one place: a page that is also somebody's page table, or thread.
///
/// **Why not:** a copy takes all of the memory along: `perform(const Copy&)` sets the watermark of
/// the original to its end.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 there = here + (1 << 20);

Gain attempt(World& world) {
    const Untyped memory{world.slot()}; // fresh from a larger one, so none of it is in use
    require(world.memory(k::abi::page_bits + 1)
                .retype(ObjectType::Untyped, k::abi::page_bits, {own_cspace, memory.cptr()}));
    const Untyped copy = world.copy(memory);
    const u64 pages = world.slot(2);
    attempted(copy.retype(ObjectType::SmallPage, 0, {own_cspace, pages}));
    attempted(memory.retype(ObjectType::SmallPage, 0, {own_cspace, pages + 1}));
    if (is_empty(pages) || is_empty(pages + 1)) return nothing;

    world.map(Frame{pages}, here);
    world.map(Frame{pages + 1}, there);
    word_at(here) = 1;
    return word_at(there) == 1 ? "two pages are one and the same memory" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("untyped-twice", attack::attempt);
}
