/// \file
/// From a number of a program's to a slot. seL4 manual, "Capability Addressing".
#pragma once

#include "object/cnode.hpp"
#include "object/tcb.hpp"

namespace k {

/// The slot that a CPtr names in a thread's CSpace. It may be empty.
[[nodiscard]] Expected<Slot*, LookupFailure> lookup(Tcb& thread, u64 cptr) noexcept;

/// The slot that `index` names in the CNode `root`, of which exactly `depth` bits count.
/// \pre depth <= 64
[[nodiscard]] Expected<Slot*, LookupFailure> lookup_at(const Cap<CNode>& root, u64 index,
                                                       u64 depth) noexcept;

/// Whether an argument may be the depth of a slot.
[[nodiscard]] constexpr bool is_depth(u64 depth) noexcept {
    return depth >= 1 && depth <= abi::word_bits;
}

} // namespace k
