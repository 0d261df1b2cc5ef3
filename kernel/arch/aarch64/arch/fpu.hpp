/// \file
/// The floating-point and SIMD registers, and whether programs get at them (AArch64).
#pragma once

#include "arch/sysreg.hpp"
#include "arch/user_context.hpp"

namespace k::arch {

/// Architectural Feature Access Control Register.
struct Cpacr : Bits<Cpacr> {
    using Bits::Bits;
    enum class Trap : u8 { User = 1, Nobody = 3 };
    static constexpr Field<21, 20, Trap> floating_point{}; ///< FPEN
};

K_SYSTEM_REGISTER(CpacrEl1, "cpacr_el1", Cpacr);

extern "C" { // fpu.S
void fpu_save(FpuState* state) noexcept;
void fpu_load(const FpuState* state) noexcept;
}

/// Says whether programs may use floating point; if not, what they try is an exception. It holds
/// from the return to EL0 on, which synchronises. The kernel itself may save and load.
inline void permit_user_fpu(bool permit) noexcept {
    CpacrEl1::write(
        Cpacr{}.with(Cpacr::floating_point, permit ? Cpacr::Trap::Nobody : Cpacr::Trap::User));
}

} // namespace k::arch
