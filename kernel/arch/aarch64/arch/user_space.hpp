/// \file
/// Which tables translate the lower half, the user's (AArch64).
#pragma once

#include "arch/mmu.hpp"
#include "arch/tlb.hpp"

namespace k::arch {

[[nodiscard]] inline UserSpace user_space() noexcept {
    const Ttbr0 now = Ttbr0El1::read();
    return {PhysAddr{now[Ttbr0::root]}, now[Ttbr0::asid]};
}

/// Makes these tables translate the lower half. What the TLB holds of other address spaces stays
/// there, and is of use when they come back: entries are tagged.
inline void enter(UserSpace space) noexcept {
    Ttbr0El1::write(Ttbr0{}.with(Ttbr0::asid, space.asid).with(Ttbr0::root, space.root.raw()));
    synchronise_context();
}

} // namespace k::arch
