/// \file
/// \chapter{11}
/// **Idea:** map a page at an address in the kernel's half.
///
/// **Gain:** the kernel and the processor no longer mean the same place, since a walk looks at 48
/// bits of the address and the TLB is told of all 64; or the kernel notices, and dies of it.
///
/// **Why not:** `require_place` compares the page's last byte with the last user address.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 kernel_half = 0xffff'0000'0000'0000;

Gain attempt(World& world) {
    world.map(world.make<Frame>(), here + (1 << 12)); // the tables on the way
    stake("the kernel has taken an address of its own for a program's");
    attempted(world.make<Frame>().map(own_vspace, kernel_half + here));
    return peek(world, here) ? "a page has been mapped by an address of the kernel's" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("map-beyond-user", attack::attempt);
}
