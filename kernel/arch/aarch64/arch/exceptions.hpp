/// \file
/// Where exceptions go.
#pragma once

#include "arch/sysreg.hpp"

namespace k::arch {

K_SYSTEM_REGISTER(VbarEl1, "vbar_el1", Plain);

extern "C" const u8 exception_vectors[]; // vectors.S

/// Has this core take its exceptions to the kernel's vectors, at the address at which the kernel
/// runs now. Arm ARM, "VBAR_EL1, Vector Base Address Register (EL1)".
inline void install_vectors() noexcept {
    VbarEl1::write(Plain{reinterpret_cast<u64>(exception_vectors)});
    asm volatile("isb");
}

} // namespace k::arch
