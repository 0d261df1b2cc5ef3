// For exercise 12/turns: two threads of one priority, each with turns of a length of its own.
#include "lib/clock.hpp"
#include "lib/print.hpp"
#include "lib/thread.hpp"
#include "lib/untyped.hpp"

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
constexpr u64 ticks_per_second = 500;
constexpr u64 turns = 8;

constinit std::array<user::Thread, 2> threads;

Tcb tcb(u64 which) {
    return Tcb{tcb_slots + which};
}

/// A call of this exercise's own: from now on that thread's turns have so many ticks.
void set_turn(Tcb thread, u64 ticks) {
    register u64 x0 asm("x0") = thread.cptr();
    register u64 x1 asm("x1") = ticks;
    register u64 x7 asm("x7") = 100;
    asm volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x7) : "memory");
}

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

void prepare_threads() {
    must(user::memory_of(13).retype(Tcb::object_type, 0,
                                    {user::own_cspace, tcb_slots, threads.size()}));
    for (u64 which = 0; which < threads.size(); ++which)
        must(threads[which].prepare(tcb(which),
                                    {.entry = take_turns, .argument = which, .priority = low}));
}

/// The turns after the first, which may have begun in the middle of a tick.
void show() {
    const u64 tick = user::counts_per_second() / ticks_per_second;
    for (u64 i = 1; i + 1 < turns; ++i) {
        const u64 counts = seen[i + 1].begun - seen[i].begun;
        print("  {}: {} ticks\n", seen[i].thread == 0 ? 'a' : 'b', (counts + tick / 2) / tick);
    }
}

} // namespace

int main() {
    prepare_threads();
    must(own_tcb.set_priority(own_tcb, normal));
    set_turn(tcb(0), 2);
    set_turn(tcb(1), 8);
    print("a is given turns of 2 ticks, b of 8\n");
    for (u64 which = 0; which < threads.size(); ++which)
        must(tcb(which).resume());
    must(own_tcb.set_priority(own_tcb, 1)); // until neither of them runs any more
    show();
    print("[ch12] OK\n");
    return 0;
}
