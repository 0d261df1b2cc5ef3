/// \file
/// \chapter{11}
/// **Idea:** map a page a second time through the same capability, which has room to remember one
/// place only, and then lose the capability.
///
/// **Gain:** the first mapping is forgotten about and survives.
///
/// **Why not:** `require_place` lets a frame that is mapped be mapped again at the same address
/// only.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 secret = 0x5ec2'e700;
constexpr u64 second = here + (1 << 12);
constexpr u64 third = here + (2 << 12);

Gain attempt(World& world) {
    const auto frame = require(world.objects().make<Frame>());
    world.map(frame.object, here);
    attempted(frame.object.map(own_vspace, second));
    require(slot_of(frame.memory).revoke());

    world.map(make_of<Frame>(world, frame.memory), third);
    word_at(third) = secret;
    return peek(world, here) == secret ? "a mapping that nobody remembers shows a secret" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("map-twice", attack::attempt);
}
