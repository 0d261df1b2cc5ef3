/// \file
/// How descriptors reach the table walker and leave the TLB (AArch64), one function an instruction.
/// Every one reaches all cores (inner shareable), except the last.
/// Arm ARM, "TLB maintenance instructions", "Ordering and completion of TLB maintenance".
#pragma once

#include "arch/descriptor.hpp"

namespace k::arch {

/// What a TLBI by address or by address space is told.
struct TlbiOperand : Bits<TlbiOperand> {
    using Bits::Bits;
    static constexpr Field<63, 48, Asid> asid{};
    static constexpr Field<43, 0> page{}; ///< the address without its lowest twelve bits
};

struct PageOf : Bits<PageOf> {
    using Bits::Bits;
    static constexpr Field<55, 12> page{};
};

/// Gives an entry its value. A walker may see it from now on, or go on seeing the old one.
inline void store_descriptor(std::atomic<u64>& slot, Descriptor value) noexcept {
    slot.store(value.raw(), std::memory_order_relaxed);
}

/// Waits until every walker sees all stores made before.
inline void publish_descriptors() noexcept {
    asm volatile("dsb ishst" : : : "memory");
}

/// Drops what the TLB has kept of the walk to `va`; global entries whatever their ASID.
inline void invalidate_page(Asid asid, VirtAddr va) noexcept {
    const auto operand = TlbiOperand{}
                             .with(TlbiOperand::asid, asid)
                             .with(TlbiOperand::page, PageOf{va.raw()}[PageOf::page]);
    asm volatile("tlbi vae1is, %0" : : "r"(operand.raw()) : "memory");
}

/// Drops all that the TLB has kept of one address space.
inline void invalidate_asid(Asid asid) noexcept {
    const auto operand = TlbiOperand{}.with(TlbiOperand::asid, asid);
    asm volatile("tlbi aside1is, %0" : : "r"(operand.raw()) : "memory");
}

/// Drops all that the TLB has kept for EL1 and EL0.
inline void invalidate_all() noexcept {
    asm volatile("tlbi vmalle1is" : : : "memory");
}

/// Waits until invalidations made before are complete, and nobody uses what they dropped.
inline void await_invalidation() noexcept {
    asm volatile("dsb ish" : : : "memory");
}

/// Lets no instruction after this one use a translation that was found before it.
inline void synchronise_context() noexcept {
    asm volatile("isb" : : : "memory");
}

} // namespace k::arch
