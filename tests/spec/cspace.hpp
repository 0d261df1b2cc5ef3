/// \file
/// From CPtrs to slots. seL4 manual, "Capability Address Lookup"; SEMANTICS 1 and 4.
#pragma once

#include "world.hpp"

namespace spec {

/// Where a walk ended, and how many bits of the address it had not used.
struct Resolved {
    SlotName slot;
    Word bits_left = 0;
};

/// Follows the low \p depth bits of \p address from the CNode that \p root names.
/// \throws LookupFailure.
Resolved resolve(const World& world, const Capability& root, Word address, Word depth);

/// The slot that a thread means by a CPtr, resolved at 64 bits; bits may be left over.
/// \throws CapFault, that of a sender.
SlotName lookup(const World& world, Name thread, Word cptr);

/// What a thread finds at a CPtr: the null capability also when the lookup fails.
Capability capability_at(const World& world, Name thread, Word cptr);

/// The slot that an invocation means by index and depth below a root; no bits may be left over.
/// \param of_source says in the error whose lookup failed. \throws Refusal RangeError,
/// FailedLookup.
SlotName target(const World& world, const Capability& root, Word index, Word depth, bool of_source);

/// A target that must be empty. \throws Refusal DeleteFirst besides.
SlotName empty_target(const World& world, const Capability& root, Word index, Word depth);

} // namespace spec
