/// \file
/// From the numbers that programs use to slots.
#pragma once

#include "object/cspace.hpp"
#include "syscall/error.hpp"

namespace k {

/// The slot that a CPtr names in a thread's CSpace, for the invoked capability and for those that
/// come with a message. If there is none, the thread is at fault.
[[nodiscard]] Expected<Slot*, CapFault> find(Tcb& thread, u64 cptr) noexcept;

/// The slot that `index` names in the CNode `root`, of which exactly `depth` bits count: where an
/// argument says which slot to work on.
/// \param side  whose lookup it is, for the error
[[nodiscard]] Result<Slot*> lookup_argument(const Capability& root, u64 index, u64 depth,
                                            LookupOf side) noexcept;

} // namespace k
