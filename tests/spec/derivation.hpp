/// \file
/// Slots and the derivation tree. SEMANTICS 4, "Derivation"; seL4 manual, "The Capability
/// Derivation Tree".
#pragma once

#include "world.hpp"

namespace spec {

/// What a slot holds; the null capability if nothing.
Capability capability_in(const World& world, SlotName slot);

bool occupied(const World& world, SlotName slot);
bool has_children(const World& world, SlotName slot);

/// How many slots hold a capability to \p object.
std::size_t holders(const World& world, Name object);

/// Puts an original into an empty slot, as the newest child of \p parent.
void insert_original(World& world, SlotName slot, const Capability& capability,
                     std::optional<SlotName> parent);

/// Puts a copy of what is in \p source into an empty slot: as its child if \p source is an
/// original, else as its sibling.
void insert_copy(World& world, SlotName source, SlotName slot, const Capability& capability);

/// Moves what is in \p from to the empty slot \p to; its place in the tree is kept.
void move_capability(World& world, SlotName from, SlotName to);

/// Empties a slot; its capability's children become children of its parent. \return the capability.
Capability take_capability(World& world, SlotName slot);

/// The slots made from \p slot, at any distance, in the order in which Revoke deletes them.
std::vector<SlotName> descendants(const World& world, SlotName slot);

} // namespace spec
