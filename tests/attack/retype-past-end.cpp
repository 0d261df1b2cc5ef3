/// \file
/// \chapter{08}
/// **Idea:** have an untyped that is full to the half make as many objects as it could have made
/// when it was empty.
///
/// **Gain:** the last of them lie in the memory behind, which is somebody else's.
///
/// **Why not:** `decode_retype` divides what is *free* by the size of an object.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 there = here + (1 << 20);

Gain attempt(World& world) {
    const Untyped both = world.memory(k::abi::page_bits + 2);
    const u64 halves = world.slot(2);
    require(both.retype(ObjectType::Untyped, k::abi::page_bits + 1, {own_cspace, halves, 2}));
    const u64 pages = world.slot(4);
    require(Untyped{halves}.retype(ObjectType::SmallPage, 0, {own_cspace, pages}));
    require(Untyped{halves + 1}.retype(ObjectType::SmallPage, 0, {own_cspace, pages + 1}));
    attempted(Untyped{halves}.retype(ObjectType::SmallPage, 0, {own_cspace, pages + 2, 2}));
    if (is_empty(pages + 3)) return nothing;

    world.map(Frame{pages + 1}, here);
    world.map(Frame{pages + 3}, there);
    word_at(there) = 1;
    return word_at(here) == 1 ? "a page lies in the neighbour's memory" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("retype-past-end", attack::attempt);
}
