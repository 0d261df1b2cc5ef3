// Does the kernel leave anything in a program's registers, or take anything out of them? All of
// them are looked at as they are at the start; then they are filled with patterns, something enters
// the kernel, and they are compared.
#include "lib/print.hpp"
#include "registers.hpp"
#include "rt/panic.hpp"

#include <sel4/sel4.h>
#include <string_view>

using user::print;

namespace {

constinit Registers before{};
constinit Registers after{};
constinit unsigned leaks = 0;

void complain(std::string_view name, k::u64 number, k::u64 has, k::u64 expected) {
    print("  {}{} is {:#x} and should be {:#x}\n", name, number, has, expected);
    ++leaks;
}

/// Prints every difference between two sets of registers.
void compare(std::string_view when, const Registers& now, const Registers& expected) {
    const unsigned leaks_before = leaks;
    print("{}:\n", when);
    for (k::usize i = 0; i < now.x.size(); ++i)
        if (now.x[i] != expected.x[i]) complain("x", i, now.x[i], expected.x[i]);
    for (k::usize i = 0; i < now.v.size(); ++i) {
        if (now.v[i].low != expected.v[i].low) complain("v", i, now.v[i].low, expected.v[i].low);
        if (now.v[i].high != expected.v[i].high)
            complain("v", i, now.v[i].high, expected.v[i].high);
    }
    if (now.sp != expected.sp) complain("sp", 0, now.sp, expected.sp);
    if (now.flags != expected.flags) complain("nzcv", 0, now.flags, expected.flags);
    if (now.tls != expected.tls) complain("tpidr_el", 0, now.tls, expected.tls);
    if (now.tls_ro != expected.tls_ro) complain("tpidrro_el", 0, now.tls_ro, expected.tls_ro);
    if (now.fpsr != expected.fpsr) complain("fpsr", 0, now.fpsr, expected.fpsr);
    if (now.fpcr != expected.fpcr) complain("fpcr", 0, now.fpcr, expected.fpcr);
    if (leaks == leaks_before)
        print("  31 x, 32 v, sp, nzcv, 2 thread registers, fpsr, fpcr: right\n");
}

/// Something else in each register: every bit is set in some and clear in others.
void fill_with_patterns(k::u64 seed) {
    k::u64 word = seed;
    const auto next = [&word] {
        return word = word * 0x5851'f42d'4c95'7f2d + 0x1405'7b7e'f767'814f;
    };
    for (k::u64& x : before.x)
        x = next();
    for (Vector& v : before.v)
        v = {next(), next()};
    before.tls = next();
    before.flags = 0x9000'0000; // N and V
    before.fpsr = 0x0800'0015;  // QC, IXC, OFC, IOC
    before.fpcr = 0x0340'0000;  // DN, FZ, round towards minus infinity
    before.tls_ro = 0;
    before.sp = reinterpret_cast<k::u64>(&after);
}

void compare_at_start() {
    Registers expected{};
    expected.x[0] = reinterpret_cast<k::u64>(seL4_GetBootInfo());
    compare("at the start", registers_at_start, expected);
}

void compare_after_call(std::string_view when, k::i64 call, k::u64 argument) {
    fill_with_patterns(argument);
    before.x[0] = argument;
    before.x[7] = static_cast<k::u64>(call);
    probe_call(&before, &after);
    compare(when, after, before);
}

[[nodiscard]] k::u64 cycles() {
    k::u64 now = 0;
    asm volatile("isb\n mrs %0, pmccntr_el0" : "=r"(now));
    return now;
}

/// Counts for so long that the kernel's tick comes in between, every 2 ms: three times or more.
void compare_after_interrupts() {
    constexpr k::u64 rounds = 4'000'000;
    constexpr k::u64 instructions_in_a_round = 2;
    constexpr k::u64 at_most_besides = 500; // of the probe
    fill_with_patterns(3);
    before.x[9] = rounds;
    const k::u64 begin = cycles();
    probe_loop(&before, &after);
    const k::u64 taken = cycles() - begin;
    before.x[9] = 0;
    before.flags = 0x6000'0000; // Z and C: the last subtraction's
    compare("after interrupts", after, before);
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
