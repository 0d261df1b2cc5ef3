/// \file
/// \chapter{07}
/// **Idea:** turn the virtual timer off, whose interrupts the kernel shares out the processor by.
///
/// **Gain:** a thread that is never interrupted, for good.
///
/// **Why not:** CNTKCTL_EL1 lets programs read the counter at most; the rest is an exception at
/// EL0.
#include "attack.hpp"

namespace attack {

namespace {

void turn_off(u64) {
    asm volatile("msr cntv_ctl_el0, xzr");
}

Gain attempt(World& world) {
    return survives(world, turn_off) ? "the kernel's timer has been turned off" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("timer-registers", attack::attempt);
}
