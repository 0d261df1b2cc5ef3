/// \file
/// The core that runs this code (AArch64).
#pragma once

#include "arch/sysreg.hpp"

namespace k::arch {

/// What waits for this core. Arm ARM, "ISR_EL1, Interrupt Status Register".
struct Isr : Bits<Isr> {
    using Bits::Bits;
    static constexpr Bit<7> interrupt{};
};

K_SYSTEM_REGISTER(IsrEl1, "isr_el1", Isr);

/// The exception level at which this code runs: 1 in the kernel, whatever it was entered at.
/// Arm ARM, "CurrentEL, Current Exception Level".
[[nodiscard]] inline unsigned current_el() noexcept {
    u64 raw = 0;
    asm volatile("mrs %0, CurrentEL" : "=r"(raw));
    return static_cast<unsigned>(raw >> 2) & 3;
}

/// Stops this core for good. Interrupts are masked, so nothing wakes it to do any work.
[[noreturn]] inline void halt() noexcept {
    for (;;)
        asm volatile("wfi");
}

/// Whether an interrupt waits for the kernel to let it in.
[[nodiscard]] inline bool interrupt_pending() noexcept {
    return IsrEl1::read()[Isr::interrupt];
}

} // namespace k::arch
