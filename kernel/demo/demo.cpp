#include "boot/demo.hpp"

#include "arch/interrupts.hpp"
#include "base/print.hpp"
#include "boot/command_line.hpp"
#include "boot/interrupts.hpp"
#include "boot/platform.hpp"
#include "dev/timer.hpp"

namespace k::demo {

namespace {

/// Begins a line with the time since the counter was 0.
void print_time() noexcept {
    const u64 now = dev::timer::microseconds(dev::timer::now());
    print("[{:>5}.{:06}] ", now / 1'000'000, now % 1'000'000);
}

void show_devices(const Machine& machine) noexcept {
    print("interrupt controller: GICv{}\n", machine.gic.version == GicVersion::V2 ? 2 : 3);
    print("timer: interrupt {}, {} kHz\n", kernel_state.timer_interrupt,
          dev::timer::frequency() / 1000);
    if (const auto seed = number_option(machine.bootargs, "jitter="))
        print("jitter: seed {}\n", *seed);
}

/// Sleeps from tick to tick.
void show_ticks() noexcept {
    constexpr u64 ticks_in_a_second = 500;
    const u64 period = dev::timer::frequency() / ticks_in_a_second;
    const u64 begin = dev::timer::now();
    kernel_state.ticks.start(period);
    for (u64 seen = 0; seen < 5;) {
        arch::wait_for_interrupt();
        if (seen == kernel_state.ticks.count()) continue; // it was another interrupt
        seen = kernel_state.ticks.count();
        const u64 late = dev::timer::now() - (begin + seen * period);
        print_time();
        print("tick {}, {} % of a period late\n", seen, late * 100 / period);
    }
    kernel_state.ticks.stop();
}

/// What the handler does when the interrupt has gone by the time it asks which one it is.
void show_spurious() noexcept {
    handle_interrupt();
    print("spurious interrupts: {}\n", kernel_state.spurious_interrupts);
}

void show_unexpected() noexcept {
    constexpr u32 nobodys = 20; // one of the core's own, which QEMU's board leaves free
    kernel_state.gic->unmask(nobodys);
    kernel_state.gic->pend(nobodys);
    arch::take_interrupts();
    kernel_state.gic->pend(nobodys);
    arch::take_interrupts();
    print("unexpected interrupts: {}, though raised twice\n", kernel_state.unexpected_interrupts);
}

/// One tick that comes while the kernel is busy, and has to wait.
/// \pre there is a cycle counter
/// \param wait  in cycles, from the alarm to where the kernel lets interrupts in
void tick_while_busy(u64 wait) noexcept {
    kernel_state.ticks.start(dev::timer::frequency() / 10'000);
    const u64 until = kernel_state.cycles->at(dev::timer::alarm()) + wait;
    while (dev::CycleClock::now() < until) {
    }
    arch::take_interrupts();
    kernel_state.ticks.stop();
}

void print_bar(u64 length) noexcept {
    for (u64 i = 0; i < length; ++i)
        print("#");
}

void show_latency(std::string_view title) noexcept {
    print("latency, {}\n", title);
    for (usize row = 0; row < Histogram::rows; ++row) {
        print("  up to {:>5} instructions |", Histogram::limit(row));
        print_bar(kernel_state.latency.count(row));
        print("\n");
    }
}

/// How long ticks wait for their handler.
void show_latencies() noexcept {
    if (!kernel_state.cycles) {
        print("latency: unknown, this core has no cycle counter\n");
        return;
    }
    show_latency("asleep");
    for (u64 i = 1; i <= 16; ++i)
        tick_while_busy(i * 700);
    show_latency("and with interrupts masked for up to 11200 instructions");
}

} // namespace

void run(BootState& boot) noexcept {
    show_devices(boot.machine);
    show_ticks();
    show_spurious();
    show_unexpected();
    show_latencies();
}

} // namespace k::demo
