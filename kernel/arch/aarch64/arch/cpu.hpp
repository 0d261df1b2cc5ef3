/// \file
/// The core that runs this code (AArch64).
#pragma once

#include "base/types.hpp"

namespace k::arch {

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

} // namespace k::arch
