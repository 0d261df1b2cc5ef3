/// \file
/// Clearing memory, as fast as the processor can (AArch64).
#pragma once

#include "arch/sysreg.hpp"

namespace k::arch {

/// Data Cache Zero ID register: what DC ZVA does. Arm ARM, "DC ZVA, Data Cache Zero by VA".
struct Dczid : Bits<Dczid> {
    using Bits::Bits;
    static constexpr Field<3, 0> block{}; ///< log2 of 4-byte words that it clears
    static constexpr Bit<4> prohibited{};
};

K_SYSTEM_REGISTER(DczidEl0, "dczid_el0", Dczid);

/// Fills `bytes` bytes with zeros. \pre it is Normal memory, from one multiple of 16 to another
inline void clear(void* area, u64 bytes) noexcept {
    const Dczid id = DczidEl0::read();
    const u64 block = bit(id[Dczid::block] + 2);
    u64 at = reinterpret_cast<uptr>(area);
    const u64 end = at + bytes;
    while (at != end) {
        const bool whole_block = !id[Dczid::prohibited] && at % block == 0 && end - at >= block;
        if (whole_block)
            asm volatile("dc zva, %0" : : "r"(at) : "memory");
        else
            asm volatile("stp xzr, xzr, [%0]" : : "r"(at) : "memory");
        at += whole_block ? block : 16;
    }
}

} // namespace k::arch
