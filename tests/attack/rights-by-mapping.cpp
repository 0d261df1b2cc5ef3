/// \file
/// \chapter{11}
/// **Idea:** map a page with more rights than its capability has.
///
/// **Gain:** whoever was given a page to read writes to it.
///
/// **Why not:** `decode_map` masks the rights that are asked for with the capability's own.
#include "attack.hpp"

namespace attack {

namespace {

Gain attempt(World& world) {
    const Frame weak = world.copy(world.make<Frame>(), read_only);
    world.map(weak, here, read_write);
    return poke(world, here, 1) ? "a page that was to be read is written to" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("rights-by-mapping", attack::attempt);
}
