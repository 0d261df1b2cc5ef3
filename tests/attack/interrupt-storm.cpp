/// \file
/// \chapter{10}
/// **Idea:** two threads make pages of memory and have it revoked, over and over, in calls so long
/// that interrupts come into the middle of them.
///
/// **Gain:** a call that is interrupted never ends; or it ends too early, and what has been revoked
/// is still there.
///
/// **Why not:** a revocation that was preempted leaves the rest for the next time, and
/// `repeat_call` sends the thread back to make its call again.
#include "attack.hpp"
#include "lib/clock.hpp"

namespace attack {

namespace {

constexpr u64 pages = 1024;
constexpr u64 at_once = k::abi::retype_fan_out;
constexpr u64 slices = 12;
constexpr u64 slices_in_a_second = 100;

struct Revoker {
    Untyped memory;
    u64 slots;
    u64 rounds;
};

constinit Gain won = nothing;

void fill(const Revoker& revoker) {
    for (u64 done = 0; done < pages; done += at_once)
        attempted(revoker.memory.retype(ObjectType::SmallPage, 0,
                                        {own_cspace, revoker.slots + done, at_once}));
}

/// How many of the pages are there.
u64 present(const Revoker& revoker) {
    u64 count = 0;
    for (u64 slot = revoker.slots; slot < revoker.slots + pages; ++slot)
        if (!is_empty(slot)) ++count;
    return count;
}

void revoke_often(u64 argument) {
    Revoker& revoker = *reinterpret_cast<Revoker*>(argument);
    const u64 end = user::virtual_count() + slices * user::counts_per_second() / slices_in_a_second;
    for (; user::virtual_count() < end && won == nothing; ++revoker.rounds) {
        fill(revoker);
        if (present(revoker) < pages) won = "a retype has ended, and nothing is there";
        attempted(slot_of(revoker.memory).revoke());
        if (present(revoker) > 0) won = "a revocation has ended, and some of the revoked is there";
    }
}

Gain attempt(World& world) {
    const auto memory = [&] { return world.memory(k::abi::page_bits + 10); };
    Revoker other{memory(), world.slot(pages), 0};
    Revoker own{memory(), world.slot(pages), 0};
    start(world, 0, revoke_often, reinterpret_cast<u64>(&other), own_priority);
    revoke_often(reinterpret_cast<u64>(&own));
    seL4_Yield();
    if (won != nothing) return won;
    return other.rounds == 0 ? "the other thread's call is interrupted for ever" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("interrupt-storm", attack::attempt);
}
