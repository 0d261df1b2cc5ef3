/// \file
/// The registers of a user thread.
#pragma once

#include "abi/config.hpp"
#include "base/bitfield.hpp"

#include <array>
#include <cstddef>
#include <type_traits>

namespace k::arch {

/// The processor's state at EL0, as SPSR_EL1 holds it.
/// Arm ARM, "SPSR_EL1, Saved Program Status Register (EL1)".
struct Spsr : Bits<Spsr> {
    using Bits::Bits;
    static constexpr Field<31, 28> flags{}; ///< N, Z, C, V: all that a thread has a say in
    static constexpr Bit<8> serror_masked{};
    static constexpr Bit<7> irq_masked{};
    static constexpr Bit<6> fiq_masked{};
    static constexpr Field<4, 0> mode{}; ///< 0: EL0, AArch64

    /// That of a thread before its first instruction: AArch64 at EL0, open to interrupts.
    static constexpr Spsr of_new_thread() noexcept {
        return Spsr{}.with(fiq_masked, true).with(serror_masked, !abi::debug_calls);
    }

    /// What a thread gets whose registers somebody else sets: of `asked` nothing but the flags.
    static constexpr Spsr of_user(u64 asked) noexcept {
        return of_new_thread().with(flags, Spsr{asked}[flags]);
    }
};

static_assert(Spsr::of_new_thread().raw() == (abi::debug_calls ? 0x40 : 0x140));

/// All that a program can see but the floating-point registers. The vectors save them here when a
/// thread enters the kernel, and load them from here when one leaves.
struct alignas(16) UserContext {
    std::array<u64, 31> x{};
    u64 sp = 0; ///< SP_EL0
    u64 pc = 0; ///< ELR_EL1
    Spsr pstate = Spsr::of_new_thread();
    u64 tls = 0;    ///< TPIDR_EL0, the thread's own
    u64 tls_ro = 0; ///< TPIDRRO_EL0, which it can only read; so it is loaded and never saved

    /// All of it: each member, and each of `x`, is a word.
    [[nodiscard]] u64* words() noexcept { return reinterpret_cast<u64*>(this); }

    [[nodiscard]] const u64* words() const noexcept { return reinterpret_cast<const u64*>(this); }
};

static_assert(std::is_standard_layout_v<UserContext>, "or the offsets mean nothing");
static_assert(offsetof(UserContext, x) == 0 &&
                  offsetof(UserContext, sp) == sizeof(UserContext::x) &&
                  offsetof(UserContext, pstate) == offsetof(UserContext, pc) + 8 &&
                  offsetof(UserContext, tls_ro) == offsetof(UserContext, tls) + 8,
              "vectors.S saves these in pairs");

/// The floating-point and SIMD registers of a user thread. The kernel uses none of them itself.
struct alignas(16) FpuState {
    struct alignas(16) Vector {
        u64 low = 0;
        u64 high = 0;
    };

    u64 fpsr = 0;
    u64 fpcr = 0;
    std::array<Vector, 32> v{};
};

static_assert(offsetof(FpuState, fpsr) == 0 && offsetof(FpuState, fpcr) == 8,
              "fpu.S has them there");

} // namespace k::arch
