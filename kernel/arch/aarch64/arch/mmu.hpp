/// \file
/// The registers that switch address translation on and say what descriptors mean.
/// Arm ARM, "AArch64 System Register Descriptions".
#pragma once

#include "arch/descriptor.hpp"
#include "arch/sysreg.hpp"

#include <algorithm>

namespace k::arch {

/// What a byte of MAIR_EL1 says of memory; a few of the many.
enum class MemoryKind : u8 {
    DeviceNGnRnE = 0x00,
    DeviceNGnRE = 0x04,
    WriteBack = 0xff, ///< and a miss takes a line, be it a load or a store
};

/// Memory Attribute Indirection Register: one byte for each MemoryType.
struct Mair : Bits<Mair> {
    using Bits::Bits;
    static constexpr Field<23, 16, MemoryKind> strict_device{}; ///< MemoryType::StrictDevice
    static constexpr Field<15, 8, MemoryKind> device{};         ///< MemoryType::Device
    static constexpr Field<7, 0, MemoryKind> normal{};          ///< MemoryType::Normal

    /// The byte that a leaf of this type chooses.
    [[nodiscard]] constexpr MemoryKind kind(MemoryType type) const noexcept {
        return static_cast<MemoryKind>(raw() >> 8 * static_cast<unsigned>(type));
    }
};

/// TTBR0_EL1: the tables of the lower half, and whose they are.
struct Ttbr0 : Bits<Ttbr0> {
    using Bits::Bits;
    static constexpr Field<63, 48, Asid> asid{};
    static constexpr InPlace<47, 1> root{};
};

/// How walkers read the tables themselves.
enum class WalkCaching : u8 { WriteBack = 1 };

enum class LowGranule : u8 { Size4K = 0 };  ///< TG0
enum class HighGranule : u8 { Size4K = 2 }; ///< TG1 counts otherwise

/// Translation Control Register: the lower half (TTBR0) and the upper half (TTBR1).
struct Tcr : Bits<Tcr> {
    using Bits::Bits;
    static constexpr Field<34, 32> physical_size{}; ///< IPS, counted as in Mmfr0
    static constexpr Field<31, 30, HighGranule> high_granule{};
    static constexpr Field<29, 28, Share> high_share{};
    static constexpr Field<27, 26, WalkCaching> high_outer{};
    static constexpr Field<25, 24, WalkCaching> high_inner{};
    static constexpr Field<21, 16> high_unused_bits{}; ///< T1SZ: 64 - 48
    static constexpr Field<15, 14, LowGranule> low_granule{};
    static constexpr Field<13, 12, Share> low_share{};
    static constexpr Field<11, 10, WalkCaching> low_outer{};
    static constexpr Field<9, 8, WalkCaching> low_inner{};
    static constexpr Bit<7> low_off{}; ///< EPD0: a miss in the lower half is a fault
    static constexpr Field<5, 0> low_unused_bits{};
};

static_assert(disjoint(Tcr::physical_size, Tcr::high_granule, Tcr::high_share, Tcr::high_outer,
                       Tcr::high_inner, Tcr::high_unused_bits, Tcr::low_granule, Tcr::low_share,
                       Tcr::low_outer, Tcr::low_inner, Tcr::low_off, Tcr::low_unused_bits));

/// Memory Model Feature Register 0.
struct Mmfr0 : Bits<Mmfr0> {
    using Bits::Bits;
    static constexpr Field<3, 0> physical_size{}; ///< PARange: 32, 36, 40, 42, 44, 48 bits, more
};

/// System Control Register.
struct Sctlr : Bits<Sctlr> {
    using Bits::Bits;
    static constexpr Bit<26> user_cache_maintenance{}; ///< UCI
    static constexpr Bit<15> user_cache_type{};        ///< UCT: EL0 may read CTR_EL0
    static constexpr Bit<12> instruction_cache{};
    static constexpr Bit<3> stack_alignment{};
    static constexpr Bit<2> data_cache{};
    static constexpr Bit<0> mmu{};

    /// Bits that Armv8.0 wants set; what newer cores make of them is the old behaviour.
    static constexpr u64 res1 = 0x30d0'0800;
};

K_SYSTEM_REGISTER(MairEl1, "mair_el1", Mair);
K_SYSTEM_REGISTER(TcrEl1, "tcr_el1", Tcr);
K_SYSTEM_REGISTER(Ttbr0El1, "ttbr0_el1", Ttbr0);
K_SYSTEM_REGISTER(Ttbr1El1, "ttbr1_el1", Plain);
K_SYSTEM_REGISTER(Mmfr0El1, "id_aa64mmfr0_el1", Mmfr0);
K_SYSTEM_REGISTER(SctlrEl1, "sctlr_el1", Sctlr);

/// How many bits of physical address this core has and the window shows: the image's own addresses
/// begin in the half of the half that is left.
[[nodiscard]] inline unsigned reachable_bits() noexcept {
    constexpr std::array<unsigned, 6> bits{32, 36, 40, 42, 44, 47};
    const u64 size = Mmfr0El1::read()[Mmfr0::physical_size];
    return bits[std::min<u64>(size, bits.size() - 1)];
}

} // namespace k::arch
