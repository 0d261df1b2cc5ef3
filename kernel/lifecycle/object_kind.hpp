/// \file
/// What objects can be made of untyped memory.
#pragma once

#include "abi/objects.hpp"
#include "object/capability.hpp"

namespace k {

/// What Retype has to know of a kind of object.
struct ObjectKind {
    u64 least_size_bits; ///< that its maker may ask for; 0 if all objects of the kind are of one
                         ///< size
    bool may_be_device;  ///< it needs no memory that keeps what is written

    /// Makes one in memory of zeros, and the first capability to it.
    /// \param size_bits  what its maker asked for
    Capability (*make)(PhysAddr address, unsigned size_bits, bool is_device) noexcept;
};

/// The kind that Retype calls by this number; nothing if this kernel has no such objects.
[[nodiscard]] std::optional<ObjectKind> object_kind(u64 type) noexcept;

} // namespace k
