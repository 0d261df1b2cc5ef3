/// \file
/// Memory for the kernel itself, before anybody else owns any.
#pragma once

#include "boot/memory_map.hpp"

namespace k {

/// Hands out zeroed pages for good, from the top of one free region downwards. The memory map keeps
/// the record of what it took.
class BootAllocator {
  public:
    /// Draws on the largest region of `map` that is free.
    explicit BootAllocator(MemoryMap& map) noexcept : map_{map}, left_{map.largest_free()} {}

    /// What can still be handed out.
    [[nodiscard]] PhysRange left() const noexcept { return left_; }

    /// So many pages of zeros side by side, or nothing when there is no such room left. The first
    /// is aligned to 2^bits bytes; what is passed over for that stays free in the map.
    [[nodiscard]] std::optional<PhysRange> take_pages(u64 count,
                                                      unsigned bits = page_bits) noexcept;

    /// A page of zeros, or nothing when there are none left.
    [[nodiscard]] std::optional<PhysAddr> take_page() noexcept;

  private:
    MemoryMap& map_;
    PhysRange left_;
};

} // namespace k
