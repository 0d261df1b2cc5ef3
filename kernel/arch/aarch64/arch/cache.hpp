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

/// Calls `maintain` with the address of each cache line that holds some of `range`.
template <class Address, class Maintain>
void for_each_line(Range<Address> range, Maintain maintain) noexcept {
    const unsigned line_bits = CtrEl0::read()[Ctr::data_line] + 2;
    asm volatile("dsb sy" : : : "memory"); // what was stored uncached has arrived
    for (Address line = range.begin.align_down(line_bits); line < range.end;
         line = line + bit(line_bits))
        maintain(line.raw());
    asm volatile("dsb sy" : : : "memory");
}

/// Drops the data caches' copies of `range`, so that what memory holds is what is read.
/// \pre the MMU is off, and the caches hold nothing of the range that memory lacks
inline void invalidate_data(PhysRange range) noexcept {
    for_each_line(range, [](u64 line) { asm volatile("dc ivac, %0" : : "r"(line) : "memory"); });
}

/// Brings to memory what only the data caches hold of `range`, so that uncached loads see it.
inline void clean_data(PhysRange range) noexcept {
    for_each_line(range, [](u64 line) { asm volatile("dc cvac, %0" : : "r"(line) : "memory"); });
}

/// Makes instruction fetches see memory as it is now.
inline void invalidate_instructions() noexcept {
    asm volatile("ic iallu\n dsb nsh\n isb" : : : "memory");
}

/// Makes instruction fetches see what was stored in `range`, whatever address they go by.
inline void unify_instructions(VirtRange range) noexcept {
    for_each_line(range, [](u64 line) { asm volatile("dc cvau, %0" : : "r"(line) : "memory"); });
    invalidate_instructions();
}

} // namespace k::arch
