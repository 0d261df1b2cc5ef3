// Does the kernel leave anything in a program's registers, or take anything out of them? All of
// them are looked at as they are at the start; then they are filled with patterns, something enters
// the kernel, and they are compared.
#include "attack/lib/cycles.hpp"
#include "attack/lib/registers.hpp"
#include "lib/print.hpp"
#include "rt/panic.hpp"

#include <sel4/sel4.h>
#include <string_view>

using user::print;

namespace {

constinit Registers before{};
constinit Registers after{};
constinit unsigned leaks = 0;

/// Fills all registers. The probe finds what is to be filled at the address in SP.
void fill(k::u64 seed) {
    fill_with_patterns(before, seed);
    before.sp = reinterpret_cast<k::u64>(&after);
}

void compare_at_start() {
    Registers expected{};
    expected.x[0] = reinterpret_cast<k::u64>(seL4_GetBootInfo());
    leaks += compare("at the start", registers_at_start, expected);
}

void compare_after_call(std::string_view when, k::i64 call, k::u64 argument) {
    fill(argument);
    before.x[0] = argument;
    before.x[7] = static_cast<k::u64>(call);
    probe_call(&before, &after);
    leaks += compare(when, after, before);
}

/// Counts for so long that the kernel's tick comes in between, every 2 ms: three times or more.
void compare_after_interrupts() {
    constexpr k::u64 rounds = 4'000'000;
    constexpr k::u64 instructions_in_a_round = 2;
    constexpr k::u64 at_most_besides = 500; // of the probe
    fill(3);
    before.x[9] = rounds;
    const k::u64 begin = cycles();
    probe_loop(&before, &after);
    const k::u64 taken = cycles() - begin;
    before.x[9] = 0;
    before.flags = 0x6000'0000; // Z and C: the last subtraction's
    leaks += compare("after interrupts", after, before);
    if (taken <= rounds * instructions_in_a_round + at_most_besides) rt::panic("no interrupt came");
}

} // namespace

int main() {
    compare_at_start();
    compare_after_call("after DebugPutChar", seL4_SysDebugPutChar, '\n');
    compare_after_call("after DebugPutChar of a kernel address", seL4_SysDebugPutChar,
                       0xffff'0000'4020'0000 + '\n');
    compare_after_call("after Yield", seL4_SysYield, 0xffff'ffff'8000'0000);
    compare_after_interrupts();
    if (leaks != 0) rt::panic("registers were not kept apart");
    print("no register told or lost anything\n");
    print("[ch07] OK\n");
    return 0;
}
