/// \file
/// Access to device registers (AArch64).
#pragma once

#include "base/types.hpp"

namespace k::arch {

// In assembly rather than through a volatile pointer, so that the compiler cannot choose a form
// with writeback: a hypervisor that emulates the device could not decode it.
// Arm ARM, "ISS encoding for an exception from a Data Abort", field ISV.

/// Reads the 32-bit device register at `address`.
[[nodiscard]] inline u32 mmio_read32(uptr address) noexcept {
    u32 value = 0;
    asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

/// Writes the 32-bit device register at `address`.
inline void mmio_write32(uptr address, u32 value) noexcept {
    asm volatile("str %w0, [%1]" : : "rZ"(value), "r"(address) : "memory");
}

} // namespace k::arch
