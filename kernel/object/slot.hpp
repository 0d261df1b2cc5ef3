/// \file
/// Where a capability is kept.
#pragma once

#include "abi/limits.hpp"
#include "base/tagged_ptr.hpp"
#include "object/capability.hpp"

namespace k {

/// A capability and its place in the derivation tree (object/derivation.hpp). An empty slot is 32
/// bytes of zeros.
struct alignas(bit(abi::slot_bits)) Slot {
    /// What the tree has to remember of a capability beyond the order of the list.
    enum Flag : u8 {
        Original = 1,   ///< it is the parent of what is derived from it
        FirstBadged = 2 ///< its badge was given to it here, not to what it was copied from
    };

    Capability cap{};

    // Only object/derivation.cpp changes these two.
    Slot* previous = nullptr;
    TaggedPtr<Slot, 2> next{}; ///< with this slot's own flags

    [[nodiscard]] bool is_empty() const noexcept { return cap.is_null(); }

    [[nodiscard]] bool has(Flag flag) const noexcept { return (next.flags() & flag) != 0; }
};

static_assert(sizeof(Slot) == bit(abi::slot_bits));
static_assert(std::is_trivially_copyable_v<Slot>, "a cleared piece of memory is a CNode");

} // namespace k
