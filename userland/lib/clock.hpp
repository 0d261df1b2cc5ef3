/// \file
/// The virtual counter, which debug builds of the kernel let programs read.
///
/// Arm ARM, "The Generic Timer in AArch64 state".
#pragma once

#include "base/types.hpp"

namespace user {

/// Counts since the machine started.
[[nodiscard]] inline k::u64 virtual_count() noexcept {
    k::u64 count = 0;
    asm volatile("isb\n mrs %0, cntvct_el0" : "=r"(count));
    return count;
}

[[nodiscard]] inline k::u64 counts_per_second() noexcept {
    k::u64 frequency = 0;
    asm volatile("mrs %0, cntfrq_el0" : "=r"(frequency));
    return frequency;
}

} // namespace user
