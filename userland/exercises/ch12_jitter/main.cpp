// For exercise 12/jitter: how long turns are, when ticks come on time and when they do not.
#include "lib/clock.hpp"
#include "lib/print.hpp"
#include "lib/thread.hpp"
#include "lib/untyped.hpp"

#include <algorithm>
#include <array>

namespace {

using k::u64;
using user::own_tcb;
using user::print;
using user::Tcb;

// Slots of the root CNode, far behind those that boot fills.
constexpr u64 tcb_slots = 0x1f01;

constexpr u64 normal = 20;
constexpr u64 low = 10;
constexpr u64 turns = 42; // the first may begin, and the last one end, in between

constinit std::array<user::Thread, 2> threads;

/// Whose turn it was, and when it began.
struct Turn {
    u64 thread;
    u64 begun;
};

std::array<Turn, turns> seen;
volatile u64 turns_seen;

/// Computes without end, and notes each time that it finds itself running after the other one.
void take_turns(u64 self) {
    for (u64 now = turns_seen; now < turns; now = turns_seen) {
        if (now != 0 && seen[now - 1].thread == self) continue;
        seen[now] = {self, user::virtual_count()};
        turns_seen = now + 1;
    }
}

void start_threads() {
    must(user::memory_of(13).retype(Tcb::object_type, 0,
                                    {user::own_cspace, tcb_slots, threads.size()}));
    must(own_tcb.set_priority(own_tcb, normal));
    for (u64 which = 0; which < threads.size(); ++which)
        must(threads[which].start(Tcb{tcb_slots + which},
                                  {.entry = take_turns, .argument = which, .priority = low}));
}

u64 microseconds(u64 counts) {
    return counts * 1'000'000 / user::counts_per_second();
}

void show() {
    constexpr u64 whole = turns - 2;
    u64 shortest = ~u64{0};
    u64 longest = 0;
    for (u64 i = 1; i <= whole; ++i) {
        const u64 counts = seen[i + 1].begun - seen[i].begun;
        shortest = std::min(shortest, counts);
        longest = std::max(longest, counts);
    }
    print("{} turns, in microseconds\n", whole);
    print("  the shortest: {} us\n", microseconds(shortest));
    print("  the longest: {} us\n", microseconds(longest));
    print("  on average: {} us\n", microseconds((seen[whole + 1].begun - seen[1].begun) / whole));
}

} // namespace

int main() {
    start_threads();
    must(own_tcb.set_priority(own_tcb, 1)); // until neither of them runs any more
    show();
    print("[ch12] OK\n");
    return 0;
}
