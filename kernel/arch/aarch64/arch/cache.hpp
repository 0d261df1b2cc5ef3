/// \file
/// Cache maintenance by address and as a whole. Arm ARM, "Cache maintenance operations".
#pragma once

#include "arch/sysreg.hpp"
#include "base/address.hpp"

namespace k::arch {

/// Cache Type Register.
struct Ctr : Bits<Ctr> {
    using Bits::Bits;
    static constexpr Field<19, 16, unsigned> data_line{}; ///< the smallest line: log2 of words
};

K_SYSTEM_REGISTER(CtrEl0, "ctr_el0", Ctr);

/// Drops the data caches' copies of `range`, so that what memory holds is what is read.
/// \pre the MMU is off, and the caches hold nothing of the range that memory lacks
inline void invalidate_data(PhysRange range) noexcept {
    const unsigned line_bits = CtrEl0::read()[Ctr::data_line] + 2;
    asm volatile("dsb sy" : : : "memory"); // what was stored uncached has arrived
    for (PhysAddr line = range.begin; line < range.end; line = line + bit(line_bits))
        asm volatile("dc ivac, %0" : : "r"(line.raw()) : "memory");
    asm volatile("dsb sy" : : : "memory");
}

/// Makes instruction fetches see memory as it is now.
inline void invalidate_instructions() noexcept {
    asm volatile("ic iallu\n dsb nsh\n isb" : : : "memory");
}

} // namespace k::arch
