// Chapter 12: threads take turns, by yielding, by the timer, by priority; others read and change
// their registers, and nobody finds another one's numbers in the SIMD registers.
#include "lib/clock.hpp"
#include "lib/domain.hpp"
#include "lib/print.hpp"
#include "lib/thread.hpp"
#include "lib/untyped.hpp"

#include <array>
#include <sel4/sel4.h>

namespace {

using k::u64;
using user::own_tcb;
using user::print;
using user::Tcb;

// Slots of the root CNode. They lie far behind those that boot fills, so they are free on every
// kernel.
constexpr u64 memory_slot = 0x1f00;
constexpr u64 tcb_slots = 0x1f01;

// Threads come and go; there are never more than three beside the first one.
constinit std::array<user::Thread, 3> threads;

constexpr u64 normal = 20;
constexpr u64 low = 10;
constexpr u64 high = 30;

void say(const user::Status& status) {
    if (status)
        print("ok\n");
    else
        user::print_refusal(status.error());
}

Tcb tcb(u64 which) {
    return Tcb{tcb_slots + which};
}

/// Makes a thread that begins when it is resumed.
void prepare(u64 which, u64 priority, void (*entry)(u64)) {
    must(threads[which].prepare(
        tcb(which),
        {.entry = entry, .argument = which, .priority = priority, .maximum_priority = normal}));
}

void start(u64 which, u64 priority, void (*entry)(u64)) {
    prepare(which, priority, entry);
    must(tcb(which).resume());
}

/// Lets all others run until none of them can any more.
void let_others_run() {
    must(own_tcb.set_priority(own_tcb, 1));
    must(own_tcb.set_priority(own_tcb, normal));
}

char name(u64 which) {
    return static_cast<char>('a' + which);
}

// --- Taking turns -------------------------------------------------------------------------------

void show_yield() {
    print("threads that yield\n");
    for (u64 which = 0; which < 2; ++which)
        start(which, low, [](u64 self) {
            for (u64 round = 1; round <= 3; ++round) {
                print("  {} {}\n", name(self), round);
                seL4_Yield();
            }
        });
    let_others_run();
}

constexpr u64 turns = 6;

/// Whose turn it was, and when it began.
struct Turn {
    u64 thread;
    u64 begun;
};

std::array<Turn, turns> seen;
volatile u64 turns_seen;

/// Computes without end, and notes each time that it finds itself running after the other one. It
/// may be interrupted anywhere, so it reads once how many turns there have been.
void take_turns(u64 self) {
    for (u64 now = turns_seen; now < turns; now = turns_seen) {
        if (now != 0 && seen[now - 1].thread == self) continue;
        seen[now] = {self, user::virtual_count()};
        turns_seen = now + 1;
    }
}

void show_ticks() {
    constexpr u64 ticks_per_second = 500;
    constexpr u64 whole = turns - 2; // the first turn may begin, and the last one end, in between
    print("threads that do not\n");
    start(0, low, take_turns);
    start(1, low, take_turns);
    let_others_run();
    print("  turns:");
    for (const Turn& turn : seen)
        print(" {}", name(turn.thread));
    const u64 counts = seen[turns - 1].begun - seen[1].begun;
    const u64 tick = user::counts_per_second() / ticks_per_second;
    print("\n  in a turn: {} ticks\n", (counts + whole * tick / 2) / (whole * tick));
}

// --- Priorities ---------------------------------------------------------------------------------

void show_itself(u64 self) {
    print("  {} runs\n", name(self));
}

void show_priorities() {
    print("priorities\n");
    prepare(0, low, show_itself);
    prepare(1, normal, show_itself);
    must(threads[2].prepare(tcb(2), {.entry = show_itself, .argument = 2, .priority = high}));
    for (u64 which = 0; which < 3; ++which) {
        must(tcb(which).resume());
        print("  {} has been resumed\n", name(which));
    }
    print("  the first thread yields\n");
    seL4_Yield();
    print("  and waits\n");
    let_others_run();
    print("  at its maximum: ");
    say(tcb(1).set_priority(tcb(0), normal));
    print("  above: ");
    say(tcb(1).set_priority(tcb(0), normal + 1));
}

void show_domains() {
    const user::Domain domain{k::abi::InitialSlot::Domain};
    print("domains\n  into domain 0: ");
    say(domain.put(tcb(0), 0));
    print("  into domain 1: ");
    say(domain.put(tcb(0), 1));
    print("  another end of the schedule: ");
    say(domain.configure(1, 0, 100));
    print("  starting with its end: ");
    say(domain.set_start(1));
}

// --- Registers ----------------------------------------------------------------------------------

extern "C" const char spin_here[];

/// Waits for x19 to become 0, and nothing in this program makes it so.
void spin(u64) {
    asm volatile("mov x19, #7\n .global spin_here\nspin_here: cbnz x19, spin_here" : : : "x19");
    print("  it has left its loop\n");
}

void show_registers() {
    seL4_UserContext registers{};
    print("registers\n");
    start(0, normal, spin);
    seL4_Yield(); // it has five ticks now
    must(tcb(0).read(registers, sizeof registers / sizeof(u64), true));
    print("  stopped in its loop: {}, x19 = {}\n",
          registers.pc == reinterpret_cast<u64>(&spin_here) ? "yes" : "no", registers.x19);
    registers.x19 = 0;
    must(tcb(0).write(registers, sizeof registers / sizeof(u64), true));
    seL4_Yield();
    print("  its own: ");
    say(own_tcb.read(registers, 1));
    print("  too many: ");
    say(tcb(0).read(registers, 37));
}

// --- SIMD ---------------------------------------------------------------------------------------

/// The numbers in the SIMD registers, FPSR and FPCR.
struct alignas(16) Numbers {
    u64 fpsr;
    u64 fpcr;
    std::array<u64, 64> v;
};

bool operator==(const Numbers& a, const Numbers& b) {
    u64 difference = (a.fpsr ^ b.fpsr) | (a.fpcr ^ b.fpcr);
    for (u64 i = 0; i < a.v.size(); ++i)
        difference |= a.v[i] ^ b.v[i];
    return difference == 0;
}

std::array<Numbers, 3> found;

/// Loads the registers, yields as often as told, and stores them.
extern "C" void hold_numbers(const Numbers* before, Numbers* after, u64 yields);
/// Stores them as they are.
extern "C" void store_numbers(Numbers* now);

asm(R"(
    .macro EACH_PAIR instruction, base
    .irp   n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
    ONE_PAIR \instruction, \n, %(\n + 1), \base, %(16 + 16 * \n)
    .endr
    .endm
    .macro ONE_PAIR instruction, n, m, base, offset
    \instruction q\n, q\m, [\base, #\offset]
    .endm
    .altmacro
    .text
    .global hold_numbers, store_numbers
hold_numbers:
    ldp    x3, x4, [x0]
    msr    fpsr, x3
    msr    fpcr, x4
    EACH_PAIR ldp, x0
    mov    x7, #-7               // Yield
1:  svc    #0
    subs   x2, x2, #1
    b.ne   1b
    mov    x0, x1
store_numbers:
    EACH_PAIR stp, x0
    mrs    x3, fpsr
    mrs    x4, fpcr
    stp    x3, x4, [x0]
    msr    fpcr, xzr
    ret
    .noaltmacro
)");

Numbers numbers_of(u64 which) {
    Numbers numbers{};
    for (u64 i = 0; i < numbers.v.size(); ++i)
        numbers.v[i] = (which + 1) * 0x0101'0101'0101'0101 + i;
    numbers.fpsr = which + 1;         // flags of what has been inexact and the like
    numbers.fpcr = (which + 1) << 22; // the way to round
    return numbers;
}

void use_numbers(u64 self) {
    const Numbers own = numbers_of(self);
    hold_numbers(&own, &found[self], 100);
}

void show_simd() {
    print("SIMD registers\n");
    start(0, low, use_numbers);
    start(1, low, use_numbers);
    let_others_run();
    for (u64 which = 0; which < 2; ++which)
        print("  {}: {} after 100 turns of the other\n", name(which),
              found[which] == numbers_of(which) ? "intact" : "CHANGED");
    start(2, low, [](u64 self) { store_numbers(&found[self]); });
    let_others_run();
    print("  c: {}\n", found[2] == Numbers{} ? "finds zeros" : "FINDS SOMETHING");
}

void compute(u64) {
    asm volatile("fmov d0, #1.0" : : : "v0");
    print("  it has computed\n");
}

void show_flag() {
    constexpr u64 no_fpu = seL4_TCBFlag_fpuDisabled;
    prepare(2, low, compute);
    print("without them, flags {}\n", *tcb(2).set_flags(0, no_fpu));
    must(tcb(2).resume());
    let_others_run();
    print("  flags {} now\n", *tcb(2).set_flags(no_fpu, 0));
    must(tcb(2).resume());
    let_others_run();
}

// --- The end ------------------------------------------------------------------------------------

void delete_itself(u64 self) {
    print("  it deletes itself\n");
    must(user::slot_of(tcb(self)).remove());
    print("  UNEXPECTED\n");
}

void show_end(user::Untyped memory) {
    print("a thread\n");
    start(0, low, delete_itself);
    let_others_run();
    print("  and is gone: {}\n", tcb(0).type() == k::abi::CapabilityType::Null ? "yes" : "NO");
    must(user::slot_of(memory).revoke());
}

/// Memory for the threads, in one piece.
user::Untyped take_memory() {
    constexpr u64 size_bits = 13;
    must(user::memory_of(size_bits + 1)
             .retype(user::Untyped::object_type, size_bits, {user::own_cspace, memory_slot}));
    return user::Untyped{memory_slot};
}

} // namespace

int main() {
    const user::Untyped memory = take_memory();
    must(memory.retype(Tcb::object_type, 0, {user::own_cspace, tcb_slots, threads.size()}));
    must(own_tcb.set_priority(own_tcb, normal));
    show_yield();
    show_ticks();
    show_priorities();
    show_domains();
    show_registers();
    show_simd();
    show_flag();
    show_end(memory);
    print("[ch12] OK\n");
    return 0;
}
