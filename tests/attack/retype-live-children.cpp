/// \file
/// \chapter{08}
/// **Idea:** make something of an untyped whose first object is still alive, and hope that it
/// begins again at its beginning.
///
/// **Gain:** the new object lies on the old one, and the old one's contents are wiped out.
///
/// **Why not:** an untyped with children goes on behind them; `is_parent` finds the child that
/// begins where the untyped itself does, too.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 there = here + (1 << 20);

Gain attempt(World& world) {
    const Untyped memory = world.memory(k::abi::page_bits + 1);
    world.map(make_of<Frame>(world, memory), here);
    word_at(here) = 1;
    world.map(make_of<Frame>(world, memory), there);
    word_at(there) = 2;
    return word_at(here) == 2 ? "a page has been made on top of one that is in use" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("retype-live-children", attack::attempt);
}
