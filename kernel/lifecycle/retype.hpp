/// \file
/// Making objects out of untyped memory.
#pragma once

#include "lifecycle/object_kind.hpp"
#include "lifecycle/preemption.hpp"
#include "object/untyped.hpp"

#include <span>

namespace k {

/// A Retype that nothing can stop any more.
struct Retype {
    Slot* untyped;
    ObjectKind kind;
    unsigned size_bits;    ///< what was asked for
    unsigned object_bits;  ///< log2 of the bytes of one object
    std::span<Slot> slots; ///< empty ones, one for each object
};

/// Where the free memory of an untyped begins, in bytes from its own beginning: at the watermark,
/// or at 0 when nothing is left of all that was made from it.
[[nodiscard]] u64 free_begin(const Slot& untyped) noexcept;

/// Frees all of an untyped's memory, and clears what has been used of it. An untyped of a page is
/// never preempted. \pre it holds an untyped without children
Progress reset(Slot& slot) noexcept;

/// Makes the objects, side by side in ascending order, and a capability to each.
/// \pre there is room for them
Progress perform(const Retype& plan) noexcept;

} // namespace k
