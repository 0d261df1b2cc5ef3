/// \file
/// How capabilities and objects end. SEMANTICS 4, "Derivation".
#pragma once

#include "world.hpp"

namespace spec {

/// Deletes the capability in a slot, if any, and with the last capability its object, and so on.
void delete_capability(World& world, SlotName slot);

/// Deletes all descendants of the capability in a slot, but not the capability itself.
void revoke(World& world, SlotName slot);

} // namespace spec
