/// \file
/// \chapter{11}
/// **Idea:** write to a page, have it mapped again for reading only, and write once more before the
/// processor forgets that this was allowed.
///
/// **Gain:** a page stays writable for who has lost the right to write.
///
/// **Why not:** `AddressSpace::put` invalidates the TLB's entry also where a leaf changes in place.
#include "attack.hpp"

namespace attack {

namespace {

Gain attempt(World& world) {
    const auto frame = world.make<Frame>();
    world.map(frame, here);
    word_at(here) = 1;
    world.map(frame, here, read_only);
    static_cast<void>(poke(world, here, 2));
    return word_at(here) == 2 ? "a page that has become read-only is written to" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("stale-tlb-protect", attack::attempt);
}
