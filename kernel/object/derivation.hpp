/// \file
/// The derivation tree: which capability was made from which. seL4 manual, "Capability Derivation
/// Tree".
///
/// The tree is kept as one doubly linked list of slots, depth first: behind a capability come its
/// children, each followed by its own. Who is whose parent is not stored. It follows from the order
/// and from the capabilities themselves (`is_parent`), so no depth or parent link can be wrong when
/// something in the middle disappears.
///
/// Boot makes many trees, each a list of its own; a capability made later stands in the list of the
/// one that it was made from.
#pragma once

#include "object/slot.hpp"

#include <string_view>

namespace k {

/// How a capability comes into the world.
enum class Birth : u8 {
    Copy = 0,                                    ///< a sibling of other copies; nobody's parent
    Original = Slot::Original,                   ///< the parent of what is derived from it
    Badging = Slot::Original | Slot::FirstBadged ///< and the first with its badge
};

/// Puts a capability that boot made into an empty slot, as the root of a new tree.
void plant(Slot& slot, const Capability& cap) noexcept;

/// Puts a capability made from that in `source` into an empty slot: right behind it in the list.
void derive(Slot& slot, const Capability& cap, Slot& source, Birth birth) noexcept;

/// Takes a capability and its place in the tree to an empty slot.
void move(Slot& from, Slot& to) noexcept;

/// Empties a slot. Its children become those of its parent.
void remove(Slot& slot) noexcept;

/// Exchanges two capabilities, each with its place in the tree. \pre neither slot is empty
void swap(Slot& a, Slot& b) noexcept;

/// Whether `b`, standing somewhere behind `a` in the same list, would be a descendant of `a` if all
/// between them are: `a` is an original, and covers the object of `b`. A badged one is parent only
/// of what was copied from it, badge included.
[[nodiscard]] bool is_parent(const Slot& a, const Slot& b) noexcept;

/// The capability right behind `slot` in the list if it is a descendant; nothing if there are none.
[[nodiscard]] Slot* first_descendant(const Slot& slot) noexcept;

[[nodiscard]] inline bool has_children(const Slot& slot) noexcept {
    return first_descendant(slot) != nullptr;
}

/// Whether this capability is the last one to its object. All capabilities to an object stand side
/// by side in the list: the first is made from an untyped or by boot, and each further one is put
/// right behind one that is there. (Capabilities to an untyped have its objects between them.)
/// \pre the capability is not to an untyped
[[nodiscard]] bool is_final(const Slot& slot) noexcept;

/// The name of the first invariant of a slot that does not hold; empty if all do. Each looks no
/// further than to the neighbours, so it costs little to check one slot; invariants/ looks at all.
[[nodiscard]] std::string_view broken_invariant(const Slot& slot) noexcept;

/// Panics with that name if there is one.
void check_every_invariant(const Slot& slot) noexcept;

} // namespace k
