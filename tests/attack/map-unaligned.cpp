/// \file
/// \chapter{11}
/// **Idea:** map pages at addresses that are not multiples of their sizes.
///
/// **Gain:** the kernel and the processor no longer mean the same memory; or the kernel notices,
/// and dies of it.
///
/// **Why not:** `require_place` wants an address that is aligned to the size of the frame.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 large = user::LargeFrame::bytes;

Gain attempt(World& world) {
    const auto page = world.make<Frame>();
    const auto neighbour = world.make<Frame>();
    world.map(neighbour, here + Frame::bytes);
    stake("the kernel has taken an address in the middle of a page for the page's own");
    for (const u64 offset : {u64{1}, u64{8}, Frame::bytes - 1})
        attempted(page.map(own_vspace, here + offset));
    if (peek(world, here)) return "a page is mapped where its address only points into it";
    const auto wide = world.make<user::LargeFrame>();
    for (const u64 offset : {u64{1}, Frame::bytes, large - Frame::bytes})
        attempted(wide.map(own_vspace, here + large + offset));
    return peek(world, here + large) ? "a large page is mapped around an address inside it"
                                     : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("map-unaligned", attack::attempt);
}
