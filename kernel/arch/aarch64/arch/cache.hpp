/// \file
/// Cache maintenance by address and as a whole. Arm ARM, "Cache maintenance operations".
#pragma once

#include "arch/cache_operation.hpp"
#include "arch/sysreg.hpp"
#include "base/address.hpp"

namespace k::arch {

/// Cache Type Register.
struct Ctr : Bits<Ctr> {
    using Bits::Bits;
    static constexpr Field<19, 16, unsigned> data_line{}; ///< the smallest line: log2 of words
};

K_SYSTEM_REGISTER(CtrEl0, "ctr_el0", Ctr);

/// log2 of the bytes of a line.
[[nodiscard]] inline unsigned data_line_bits() noexcept {
    return CtrEl0::read()[Ctr::data_line] + 2;
}

/// Calls `maintain` with the address of each cache line that holds some of `range`.
template <class Address, class Maintain>
void for_each_line(Range<Address> range, Maintain maintain) noexcept {
    const unsigned line_bits = data_line_bits();
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
/// \pre the MMU is off
inline void clean_data(PhysRange range) noexcept {
    for_each_line(range, [](u64 line) { asm volatile("dc cvac, %0" : : "r"(line) : "memory"); });
}

/// The same once the MMU is on.
inline void clean_data(VirtRange range) noexcept {
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

/// Cleans and invalidates the data caches' copies of `range`.
inline void clean_and_invalidate_data(VirtRange range) noexcept {
    for_each_line(range, [](u64 line) { asm volatile("dc civac, %0" : : "r"(line) : "memory"); });
}

/// Drops the data caches' copies of `range`, and of nothing else: a line that lies there in part
/// only is cleaned first.
inline void invalidate_data(VirtRange range) noexcept {
    const unsigned line_bits = data_line_bits();
    clean_and_invalidate_data({range.begin.align_down(line_bits), range.begin.align_up(line_bits)});
    clean_and_invalidate_data({range.end.align_down(line_bits), range.end.align_up(line_bits)});
    for_each_line(range, [](u64 line) { asm volatile("dc ivac, %0" : : "r"(line) : "memory"); });
}

/// Does that for what lies at `range`. \pre it is mapped
inline void maintain(CacheOperation operation, VirtRange range) noexcept {
    switch (operation) {
    case CacheOperation::Clean: return clean_data(range);
    case CacheOperation::Invalidate: return invalidate_data(range);
    case CacheOperation::CleanInvalidate: return clean_and_invalidate_data(range);
    case CacheOperation::Unify: return unify_instructions(range);
    }
}

} // namespace k::arch
