/// \file
/// The translation tables of one address space: map, unmap, walk.
#pragma once

#include "arch/cache_operation.hpp"
#include "arch/descriptor.hpp"
#include "arch/window.hpp"
#include "base/result.hpp"

namespace k {

/// Why a mapping could not be made or taken away.
enum class MapFault : u8 {
    TableMissing,  ///< no table at `level`: give one to add_table and try again
    TableInTheWay, ///< a table stands where the leaf would go
    Occupied,      ///< something is mapped there
    NotMapped,     ///< nothing of that size is mapped there
};

/// `level` is the level of the entry that was found wanting; it covers 2^span_bits(level) bytes.
struct MapError {
    MapFault fault;
    arch::Level level;

    friend constexpr bool operator==(const MapError&, const MapError&) = default;
};

/// Where a walk ended: at a leaf, or at the first entry that is not there.
struct WalkEnd {
    arch::Descriptor descriptor;
    arch::Level level;
};

/// An entry of a table, and what is in it.
struct TableEntry {
    std::atomic<u64>* slot;
    arch::Level level;
    arch::Descriptor now;

    [[nodiscard]] bool is_leaf() const noexcept { return now.is_leaf(level); }

    [[nodiscard]] bool is_table() const noexcept { return now.is_table(level); }
};

/// A root table and the tag of its TLB entries.
///
/// Nothing is allocated here: a table that is missing is an error that names its level, and the
/// caller supplies one. All calls leave memory and the TLB in step: when `unmap` returns, nobody
/// can reach the page any more.
class AddressSpace {
  public:
    /// \param window where the tables themselves can be read and written now
    constexpr AddressSpace(PhysAddr root, arch::Asid asid,
                           arch::Window window = arch::window) noexcept
        : root_{root}, asid_{asid}, window_{window} {}

    /// Makes the leaf of `size` at `va` lead to `pa`. \pre both are aligned to the size
    Expected<Ok, MapError> map(VirtAddr va, PhysAddr pa, arch::PageSize size,
                               arch::Attributes attributes) const noexcept;

    /// Takes away the leaf of `size` at `va`, and returns what it was.
    Expected<arch::Descriptor, MapError> unmap(VirtAddr va, arch::PageSize size) const noexcept;

    /// Where a walk to `va` ends: the entry to give to the next two.
    [[nodiscard]] TableEntry find(VirtAddr va) const noexcept {
        return descend(va, arch::Level::L3);
    }

    /// Makes the leaf at `entry`, whatever it is now. \pre a walk to `va` ends there
    void put(VirtAddr va, const TableEntry& entry, arch::Descriptor leaf) const noexcept;

    /// Takes away the leaf at `entry`. \pre a walk to `va` ends there
    void take(VirtAddr va, const TableEntry& entry) const noexcept;

    /// Takes `table` out of the way to `va`, with all that is mapped through it, if it is there.
    void remove_table(VirtAddr va, PhysAddr table) const noexcept;

    /// Puts `table` at the highest level that has none at `va`; returns the level of the entry that
    /// now leads to it. \pre the table is zero and no other entry leads to it
    Expected<arch::Level, MapError> add_table(VirtAddr va, PhysAddr table) const noexcept;

    /// Follows the tables as the hardware would.
    [[nodiscard]] WalkEnd walk(VirtAddr va) const noexcept;

    /// Makes this the space that the lower half is looked up in.
    void enter() const noexcept;

    /// Maintains the caches by the program's own addresses, which reach what the window does not
    /// show: a device's memory. \pre one leaf maps all of `range`, for writing if it is to be
    /// invalidated
    void maintain(arch::CacheOperation operation, VirtRange range) const noexcept;

    [[nodiscard]] PhysAddr root() const noexcept { return root_; }

    [[nodiscard]] arch::Asid asid() const noexcept { return asid_; }

    [[nodiscard]] arch::Window window() const noexcept { return window_; }

  private:
    void drop(VirtAddr va) const noexcept;
    [[nodiscard]] TableEntry descend(VirtAddr va, arch::Level target) const noexcept;

    PhysAddr root_;
    arch::Asid asid_;
    arch::Window window_;
};

} // namespace k
