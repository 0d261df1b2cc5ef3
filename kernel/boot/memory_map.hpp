/// \file
/// Where RAM is and what is in it.
#pragma once

#include "base/fixed_vector.hpp"
#include "base/invariant.hpp"
#include "boot/device_tree.hpp"

namespace k {

/// What a stretch of RAM is for, from weak to strong: where two claims meet, the stronger holds.
enum class Use : u8 {
    Free,
    Firmware, ///< in the tree's memory reservation block
    Reserved, ///< under `/reserved-memory`
    Unmapped, ///< the same, and not even to be mapped (`no-map`)
    Initrd,
    Tree,  ///< the device tree itself
    Image, ///< the kernel's code and data
    Boot,  ///< handed out by the boot allocator
};

/// Whole pages of RAM with one use.
struct Region {
    PhysRange range;
    Use use = Use::Free;
    std::string_view name{}; ///< the node that reserved it, if one did
};

/// All RAM, in ascending order: regions that do not overlap, each as long as its use and name last.
///
/// RAM is rounded inward to whole pages and claims outward, so what is free is free for sure.
class MemoryMap {
  public:
    static constexpr usize capacity = 256;

    [[nodiscard]] std::span<const Region> regions() const noexcept { return regions_.items(); }

    /// Adds RAM, free to begin with. It may not overlap what is there.
    [[nodiscard]] TreeResult<Ok> add_ram(PhysRange ram) noexcept;

    /// Puts the RAM in `range` to a use, save where a stronger one holds. What is no RAM is
    /// ignored. When this fails, the map is no good any more.
    [[nodiscard]] TreeResult<Ok> claim(PhysRange range, Use use,
                                       std::string_view name = {}) noexcept;

    /// Whether all of `range` is RAM.
    [[nodiscard]] bool covers(PhysRange range) const noexcept;

    /// Whether any of `range` is RAM.
    [[nodiscard]] bool touches(PhysRange range) const noexcept;

    /// The largest free region, empty if there is none.
    [[nodiscard]] PhysRange largest_free() const noexcept;

  private:
    [[nodiscard]] bool cut(usize index, PhysAddr at) noexcept;
    void merge() noexcept;

    FixedVector<Region, capacity> regions_;
};

/// Panics with the name of the first invariant of a map's regions that does not hold.
void check_every_invariant(std::span<const Region> regions) noexcept;

/// The same in builds that check invariants, and nothing in others.
inline void check_invariants([[maybe_unused]] const MemoryMap& map) noexcept {
    if constexpr (invariants_checked) check_every_invariant(map.regions());
}

/// Adds the RAM in all memory nodes of `tree` to `map`, and claims what the tree reserves.
[[nodiscard]] TreeResult<Ok> read_memory(const DeviceTree& tree, MemoryMap& map) noexcept;

/// Claims what firmware loaded: the kernel, the device tree and perhaps an initrd. The kernel must
/// be in RAM, and nothing may lie upon anything else.
[[nodiscard]] TreeResult<Ok> claim_loaded(MemoryMap& map, PhysRange image, PhysRange tree,
                                          std::optional<PhysRange> initrd) noexcept;

} // namespace k
