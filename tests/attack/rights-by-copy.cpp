/// \file
/// \chapter{10}
/// **Idea:** copy a capability that only allows reading, and ask for all rights on the copy.
///
/// **Gain:** whoever was given a page to read writes to it.
///
/// **Why not:** the rights of a copy are those that the original has *and* that are asked for.
#include "attack.hpp"

namespace attack {

namespace {

Gain attempt(World& world) {
    const auto frame = world.make<Frame>();
    const Frame weak = world.copy(frame, read_only);
    const Frame strong{world.slot()};
    attempted(slot_of(strong).copy_from(slot_of(weak), all_rights));
    world.map(strong, here, read_write);
    return poke(world, here, 1) ? "a page that was to be read is written to" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("rights-by-copy", attack::attempt);
}
