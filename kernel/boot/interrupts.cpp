#include "boot/interrupts.hpp"

#include "arch/window.hpp"
#include "base/panic.hpp"
#include "base/print.hpp"
#include "base/trace.hpp"
#include "boot/command_line.hpp"
#include "boot/platform.hpp"
#include "dev/timer.hpp"

namespace k {

namespace {

uptr window_base(PhysRange registers) noexcept {
    return reinterpret_cast<uptr>(arch::window.at<void>(registers.begin));
}

/// Where this core has its part of the interrupt controller.
uptr own_part(const Gic& gic) noexcept {
    if (gic.version == GicVersion::V2) return window_base(gic.per_core.items()[0]);
    for (const PhysRange& region : gic.per_core.items())
        if (const auto own = dev::find_redistributor(window_base(region), region.bytes()))
            return *own;
    panic("the interrupt controller has no redistributor for this core");
}

/// A tick that its handler saw at `entered`, in cycles.
void handle_timer(u64 entered) noexcept {
    if (kernel_state.cycles)
        kernel_state.latency.add(entered - kernel_state.cycles->at(dev::timer::alarm()));
    kernel_state.ticks.ring();
    kernel_state.objects.scheduler.tick();
}

/// Nobody waits for it, and its source may go on asking for ever: it gets no other chance.
void refuse(u32 id) noexcept {
    ++kernel_state.unexpected_interrupts;
    kernel_state.gic->mask(id);
    print("unexpected interrupt {}: masked from now on\n", id);
}

} // namespace

void start_interrupts(const Machine& machine) noexcept {
    const auto& gic = kernel_state.gic.emplace(
        machine.gic.version, window_base(machine.gic.distributor), own_part(machine.gic));
    gic.start();
    if (dev::timer::frequency() == 0) panic("firmware has not set CNTFRQ_EL0");
    if (dev::CycleClock::available()) kernel_state.cycles.emplace().start();
    dev::timer::cancel_alarm();
    kernel_state.timer_interrupt = machine.timer.virtual_interrupt;
    gic.unmask(kernel_state.timer_interrupt);
    if (const auto seed = number_option(machine.bootargs, "jitter="))
        kernel_state.ticks.set_jitter(*seed);
}

void handle_interrupt() noexcept {
    const u64 entered = kernel_state.cycles ? dev::CycleClock::now() : 0;
    const auto interrupt = kernel_state.gic->acknowledge();
    if (!interrupt) {
        ++kernel_state.spurious_interrupts;
        return;
    }
    const u32 id = (*interrupt)[dev::Interrupt::id];
    trace::event(trace::Kind::Interrupt, id);
    if (id == kernel_state.timer_interrupt)
        handle_timer(entered);
    else
        refuse(id);
    // Only now that its source asks no more: ended before, it would be pending again, and be taken
    // again, or be gone by then and count as spurious.
    kernel_state.gic->end(*interrupt);
}

} // namespace k
