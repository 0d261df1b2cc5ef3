/// \file
/// \chapter{11}
/// **Idea:** read a page, unmap it, and read it again before the processor forgets the translation.
///
/// **Gain:** an unmapped page stays readable and writable for as long as the TLB remembers it.
///
/// **Why not:** whoever takes a leaf out of a table invalidates the TLB's entry for it and waits
/// until that is done (`AddressSpace::take`).
#include "attack.hpp"

namespace attack {

namespace {

Gain attempt(World& world) {
    const auto frame = world.make<Frame>();
    world.map(frame, here);
    word_at(here) = 1;
    require(frame.unmap());
    return peek(world, here) ? "an unmapped page is still there" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("stale-tlb-unmap", attack::attempt);
}
