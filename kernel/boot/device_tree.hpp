/// \file
/// The device tree: firmware's description of the machine, seen through types.
///
/// libfdt knows the format and its traps; this adds what the words mean. Every view points into the
/// tree itself, which stays where it is. "Devicetree Specification".
#pragma once

#include "base/address.hpp"
#include "base/result.hpp"

#include <optional>
#include <string_view>

namespace k {

/// Why a device tree was refused.
struct TreeError {
    std::string_view what;   ///< finishes the sentence "The device tree ..."
    std::string_view node{}; ///< where, if at a node
};

/// A value, or what is wrong with the tree.
template <class T>
using TreeResult = Expected<T, TreeError>;

/// A property's value. Most are a row of cells: big-endian words of 32 bits.
class Property {
  public:
    Property(const void* value, usize bytes) noexcept : value_{value}, bytes_{bytes} {}

    /// How many whole cells there are.
    [[nodiscard]] usize cells() const noexcept { return bytes_ / 4; }

    /// The number in `count` cells from cell `first` on. No cells at all hold 0.
    /// \returns nothing where the property is too short, or the number wider than two cells.
    [[nodiscard]] std::optional<u64> number(usize first, usize count) const noexcept;

    /// The number that is the whole value, in 4 or 8 bytes.
    [[nodiscard]] std::optional<u64> number() const noexcept;

    /// The value as text, up to its first NUL.
    [[nodiscard]] std::string_view text() const noexcept;

  private:
    const void* value_;
    usize bytes_;
};

/// How many cells addresses and sizes take where a node does not say: the specification's defaults.
struct CellCounts {
    usize address = 2;
    usize size = 1;
};

/// A node of a tree. Cheap to copy.
class Node {
  public:
    /// \pre `offset` is that of a node in the tree at `blob`, which has been checked.
    Node(const void* blob, int offset) noexcept : blob_{blob}, offset_{offset} {}

    /// The node's own name with its unit address: "memory@40000000".
    [[nodiscard]] std::string_view name() const noexcept;

    [[nodiscard]] std::optional<Property> property(std::string_view name) const noexcept;

    /// The number that is the whole of property `name`.
    [[nodiscard]] std::optional<u64> number(std::string_view name) const noexcept;

    /// The text in property `name`, "" without one.
    [[nodiscard]] std::string_view text(std::string_view name) const noexcept;

    /// Whether the node may be used. It may unless its `status` says otherwise.
    [[nodiscard]] bool enabled() const noexcept;

    [[nodiscard]] bool is_compatible(const char* with) const noexcept;

    /// The node above; the root's is the root.
    [[nodiscard]] Node parent() const noexcept;

    /// `for (auto child = node.first_child(); child; child = child->next_sibling())`
    [[nodiscard]] std::optional<Node> first_child() const noexcept;
    [[nodiscard]] std::optional<Node> next_sibling() const noexcept;

    /// How many entries the node's `reg` has, counting one cut short, which reg() then refuses.
    [[nodiscard]] usize reg_count() const noexcept;

    /// Entry `index` of the node's `reg`, where the CPU sees it: each bus between node and root may
    /// move it. "Devicetree Specification", "reg" and "ranges".
    [[nodiscard]] TreeResult<PhysRange> reg(usize index) const noexcept;

    /// An error at this node.
    [[nodiscard]] Unexpected<TreeError> fault(std::string_view what) const noexcept;

  private:
    [[nodiscard]] CellCounts child_cells() const noexcept;
    [[nodiscard]] TreeResult<u64> to_parent_bus(u64 address, u64 size) const noexcept;

    const void* blob_;
    int offset_;
};

/// A whole tree.
class DeviceTree {
  public:
    /// \pre The tree at `blob` has been checked: see open_tree().
    explicit DeviceTree(const void* blob) noexcept : blob_{blob} {}

    [[nodiscard]] Node root() const noexcept { return Node{blob_, 0}; }

    /// The node at `path`, which starts with a slash.
    [[nodiscard]] std::optional<Node> find(std::string_view path) const noexcept;

    /// The first node in use that is compatible with `with`.
    [[nodiscard]] std::optional<Node> find_compatible(const char* with) const noexcept;

    /// How many entries the memory reservation block has (`/memreserve/` in source form).
    [[nodiscard]] usize reservations() const noexcept;

    /// \pre index < reservations()
    [[nodiscard]] TreeResult<PhysRange> reservation(usize index) const noexcept;

    /// The bytes in use: QEMU passes a mebibyte of mostly nothing.
    [[nodiscard]] usize used_bytes() const noexcept;

    /// Copies the bytes in use, as a tree that is just so large. \pre they fit, 8-byte aligned
    void copy_to(void* place) const noexcept;

  private:
    const void* blob_;
};

/// A tree may not be larger. "Booting AArch64 Linux", "Setup the device tree".
inline constexpr usize max_tree_bytes = usize{2} * 1024 * 1024;

/// Checks the tree at `blob` from end to end. No more than `readable` bytes are looked at.
[[nodiscard]] TreeResult<DeviceTree> open_tree(const void* blob,
                                               usize readable = max_tree_bytes) noexcept;

} // namespace k
