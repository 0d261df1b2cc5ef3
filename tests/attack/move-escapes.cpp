/// \file
/// \chapter{10}
/// **Idea:** move a capability to another slot, where the revocation of its parent no longer finds
/// it.
///
/// **Gain:** memory that has been taken back stays in use, whatever is made of it next.
///
/// **Why not:** `move` tells both neighbours in the derivation list where the capability is now.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 secret = 0x5ec2'e700;
constexpr u64 there = here + (1 << 20);

Gain attempt(World& world) {
    const Untyped memory = world.memory(k::abi::page_bits);
    const auto frame = make_of<Frame>(world, memory);
    const Frame moved{world.slot()};
    require(slot_of(moved).move_from(slot_of(frame)));
    attempted(slot_of(memory).revoke());

    world.map(make_of<Frame>(world, memory), there);
    word_at(there) = secret;
    if (is_empty(moved.cptr())) return nothing;
    world.map(moved, here);
    return peek(world, here) == secret ? "a capability has survived its revocation" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("move-escapes", attack::attempt);
}
