/// \file
/// The root task's file: an executable in the ELF format, of which nothing is believed.
///
/// "System V Application Binary Interface", "Object Files"; "ELF for the Arm 64-bit Architecture".
#pragma once

#include "arch/descriptor.hpp"
#include "base/fixed_vector.hpp"
#include "boot/refusal.hpp"

namespace k {

/// Bytes of a file to be placed in memory, and zeros behind them.
struct ElfSegment {
    VirtAddr begin;
    u64 bytes;                     ///< in memory: those of the file, then zeros
    std::span<const u8> from_file; ///< not more than `bytes`
    bool writable;
    bool executable;

    [[nodiscard]] constexpr VirtRange range() const noexcept { return {begin, begin + bytes}; }
};

/// What is to be loaded, after every check: segments that lie below the end of user addresses and
/// do not overlap, one of them executable around the entry.
struct ElfImage {
    static constexpr usize most_segments = 16;

    VirtAddr entry{};
    FixedVector<ElfSegment, most_segments> segments{};

    /// Whole pages from the first byte of the lowest segment to the last of the highest.
    [[nodiscard]] VirtRange pages() const noexcept;

    /// What all segments in the page at `page` permit together; a page in a gap is for reading.
    [[nodiscard]] arch::Protection protection(VirtAddr page) const noexcept;
};

/// Reads `file`, an executable for AArch64, into `image`, which is no good when this fails.
/// Programs are linked at fixed addresses: nobody here could relocate them.
[[nodiscard]] OrRefusal<Ok> read_elf(std::span<const u8> file, ElfImage& image) noexcept;

} // namespace k
