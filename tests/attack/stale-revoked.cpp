/// \file
/// \chapter{11}
/// **Idea:** map a page, have its memory revoked, and go on reading at that address what somebody
/// else has made of the memory.
///
/// **Gain:** another program's secrets, and a way to write to its memory.
///
/// **Why not:** each frame capability remembers where it is mapped, and `retire` takes the entry
/// out of the table before the capability is gone.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 secret = 0x5ec2'e700;
constexpr u64 elsewhere = here + (1 << 20);

Gain attempt(World& world) {
    const Untyped memory = world.memory(k::abi::page_bits);
    world.map(make_of<Frame>(world, memory), here);
    word_at(here) = 1;
    require(slot_of(memory).revoke());

    world.map(make_of<Frame>(world, memory), elsewhere);
    word_at(elsewhere) = secret;
    return peek(world, here) == secret ? "a revoked page shows its next owner's secret" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("stale-revoked", attack::attempt);
}
