// Threads that are given registers no thread should have: the processor's state of the kernel, and
// places to go on that are nowhere, or the kernel's.
#include "abi/user_context.hpp"
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

constexpr Tcb victim{0x1f00}; // a slot of the root CNode

struct Attempt {
    std::string_view what;
    u64 value;
};

constexpr std::array<Attempt, 7> states{{
    {"EL1", 0x5},
    {"EL1, everything masked", 0x3c5},
    {"EL3", 0xd},
    {"AArch32", 0x10},
    {"interrupts masked", 0x80},
    {"single step, illegal state", 0x300000},
    {"all ones", ~u64{0}},
}};

void try_states() {
    for (const auto& [what, value] : states) {
        seL4_UserContext registers{};
        registers.spsr = value;
        must(victim.write(registers, 3));
        must(victim.read(registers, 3));
        print("  {}: {:#x}\n", what, registers.spsr);
    }
}

constexpr std::array<Attempt, 6> places{{
    {"the kernel's first instruction", 0xffff'ffff'8000'0000},
    {"the kernel's window", 0xffff'0000'4000'0000},
    {"neither half", 0x1000'0000'0000'0000},
    {"address 0", 0},
    {"the last address", ~u64{3}},
    {"an odd address", 0x40'0001},
}};

void try_places() {
    for (const auto& [what, value] : places) {
        print("{}\n", what);
        seL4_UserContext registers{};
        registers.pc = value;
        registers.sp = value;
        must(victim.write(registers, k::abi::user_context_words, true));
        must(own_tcb.set_priority(own_tcb, 1));
        must(own_tcb.set_priority(own_tcb, 100));
    }
}

extern "C" const char run_with_bad_sp[];
asm(R"(
    .text
    .global run_with_bad_sp
run_with_bad_sp:
    mov     x7, #-7
    svc     #0                  // entering the kernel takes no stack of the thread's
    ldr     x0, [sp]
)");

void try_stack() {
    seL4_UserContext registers{};
    registers.pc = reinterpret_cast<u64>(&run_with_bad_sp);
    registers.sp = 0xffff'ffff'8000'0000;
    registers.tpidr_el0 = ~u64{0};
    print("a stack in the kernel\n");
    must(victim.write(registers, k::abi::user_context_words, true));
    must(own_tcb.set_priority(own_tcb, 1));
}

void make_victim() {
    must(user::memory_of(11).retype(k::abi::ObjectType::TCB, 0, {user::own_cspace, victim.cptr()}));
    must(victim.configure(user::own_surroundings, {0, user::Frame{0}}));
    must(victim.set_priorities(own_tcb, 0, 10));
}

} // namespace

int main() {
    make_victim();
    print("states, and what becomes of them\n");
    try_states();
    try_places();
    try_stack();
    print("[ch12] OK\n");
    return 0;
}
