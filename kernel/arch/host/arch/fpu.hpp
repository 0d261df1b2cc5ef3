/// \file
/// The floating-point and SIMD registers, and whether programs get at them (fake, for tests on the
/// host).
#pragma once

#include "arch/user_context.hpp"

namespace k::arch {

/// What is in the registers, and whether EL0 may use them; a test plays the program.
inline FpuState fake_fpu{};
inline bool fake_fpu_permitted = false;

inline void fpu_save(FpuState* state) noexcept {
    *state = fake_fpu;
}

inline void fpu_load(const FpuState* state) noexcept {
    fake_fpu = *state;
}

inline void permit_user_fpu(bool permit) noexcept {
    fake_fpu_permitted = permit;
}

} // namespace k::arch
