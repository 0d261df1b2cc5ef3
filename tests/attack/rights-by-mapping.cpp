/// \file
/// \chapter{11}
/// **Idea:** map a page with more rights than its capability has.
///
/// **Gain:** whoever was given a page to read writes to it.
///
/// **Why not:** `decode_map` masks the rights that are asked for with the capability's own.
#include "attack.hpp"

using namespace attack;

namespace {

Gain attempt(World& world) {
    const Frame weak = world.copy(world.make<Frame>(), read_only);
    world.map(weak, here, read_write);
    return poke(world, here, 1) ? "a page that was to be read is written to" : nothing;
}

} // namespace

int main() {
    return run("rights-by-mapping", attempt);
}
