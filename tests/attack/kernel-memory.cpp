/// \file
/// \chapter{07}
/// **Idea:** read the kernel's memory, by the addresses that the kernel itself uses.
///
/// **Gain:** all memory of the machine.
///
/// **Why not:** the kernel's descriptors allow nothing at EL0, and the processor looks at them.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 image = 0x4020'0000;
constexpr u64 window = 0xffff'0000'0000'0000; ///< where the kernel sees physical memory
constexpr u64 linked = 0xffff'ffff'8000'0000; ///< where it sees itself

Gain attempt(World& world) {
    const auto own = require(world.make<Frame>().address());
    for (const u64 address : {window + own, window + image, linked, linked + image})
        if (peek(world, address)) return "memory is read by the kernel's own addresses";
    return nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("kernel-memory", attack::attempt);
}
