/// \file
/// Calls to the firmware underneath the kernel (AArch64).
#pragma once

#include "base/types.hpp"

/// What a call may change besides x0. A macro, because a clobber list takes nothing else.
#define K_FIRMWARE_CLOBBERS                                                                        \
    "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",       \
        "x15", "x16", "x17", "memory"

namespace k::arch {

/// The instruction that reaches the firmware. The wrong one hangs or traps.
enum class Conduit : u8 {
    Hvc, ///< the firmware runs at EL2
    Smc, ///< the firmware runs at EL3
};

/// Calls `function` of the firmware, without arguments.
/// Arm "SMC Calling Convention": x0 is the function, and x0 to x17 may be changed.
inline void firmware_call(Conduit conduit, u32 function) noexcept {
    register u64 x0 asm("x0") = function;
    if (conduit == Conduit::Hvc)
        asm volatile("hvc #0" : "+r"(x0) : : K_FIRMWARE_CLOBBERS);
    else
        asm volatile("smc #0" : "+r"(x0) : : K_FIRMWARE_CLOBBERS);
}

} // namespace k::arch

#undef K_FIRMWARE_CLOBBERS
