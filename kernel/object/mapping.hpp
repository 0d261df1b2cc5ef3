/// \file
/// Ranges of an address space: mapping one, and finding those that there are.
#pragma once

#include "object/address_space.hpp"

#include <optional>

namespace k {

/// A range of addresses that leads to a range of memory, in the same way all along.
struct Mapping {
    VirtAddr va;
    PhysAddr pa;
    u64 bytes;
    arch::Attributes attributes;
};

/// Gives the physical address of a page of zeros for a table.
using TakeTable = PhysAddr (*)() noexcept;

/// Makes a mapping, in the largest leaves for which there is alignment and room. What is mapped
/// already, and in that very way, stays as it is. \pre all of it is page-aligned
void map_range(const AddressSpace& space, Mapping mapping, TakeTable take) noexcept;

/// The same, but from the top down, a gibibyte at a time: for memory from whose top `take` is going
/// to draw. It draws on what is mapped already, if it has a few tables from elsewhere to begin
/// with.
void map_range_downwards(const AddressSpace& space, Mapping mapping, TakeTable take) noexcept;

/// A mapping found in the tables: leaves side by side that lead to memory side by side.
struct MappedRange {
    VirtAddr va;
    arch::Descriptor first; ///< the first leaf
    arch::PageSize largest; ///< leaf
    u64 bytes;

    [[nodiscard]] PhysAddr pa() const noexcept { return first.target(); }

    [[nodiscard]] bool goes_on_with(arch::Descriptor leaf) const noexcept {
        return leaf.permits_as(first) && leaf.target() == pa() + bytes;
    }

    [[nodiscard]] bool shares_memory_with(const MappedRange& other) const noexcept {
        return pa() < other.pa() + other.bytes && other.pa() < pa() + bytes;
    }
};

/// Goes through all that is mapped in one half of an address space, in order:
/// `for (MappedRanges all{space, base}; const auto range = all.next();)`
class MappedRanges {
  public:
    /// \param base  the first address of the half
    MappedRanges(const AddressSpace& space, VirtAddr base) noexcept
        : space_{space}, base_{base}, next_{base} {}

    [[nodiscard]] std::optional<MappedRange> next() noexcept;

  private:
    const AddressSpace& space_;
    VirtAddr base_;
    VirtAddr next_;
};

/// W^X: memory that the kernel may execute while it may be written, at that address or another.
/// There must be none. \param base  the first address of the half that is looked at
[[nodiscard]] std::optional<MappedRange> writable_code(const AddressSpace& space,
                                                       VirtAddr base) noexcept;

} // namespace k
