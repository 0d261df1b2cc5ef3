/// \file
/// Address spaces, ASIDs, and what ends a mapping. SEMANTICS 9; seL4 manual, "Address Spaces and
/// Virtual Memory".
#pragma once

#include "world.hpp"

namespace spec {

/// "User addresses end at 0x7FFF_FFFF_FFFF."
constexpr Word user_top = low_bits(47);

/// The VSpace that a live ASID belongs to.
std::optional<Name> vspace_of(const World& world, Word asid);

/// The VSpace of a capability that has an ASID. \throws Refusal "ASID not live: FL InvalidRoot;
/// ASID belongs to another VSpace: IC(\p blame)".
Name live_vspace(const World& world, const VSpaceCap& argument, Word blame);

/// The address space that a thread runs in; none if it has no VSpace, or that has lost its ASID: "A
/// thread whose VSpace has lost its ASID runs in an empty address space."
std::optional<VSpaceCap> space_of(const World& world, Name thread);

/// The page that maps \p address, if one does: its first address and the entry.
std::optional<std::pair<Word, Page>> page_at(const VSpace& vspace, Word address);

/// Removes a frame capability's mapping if the entry "still maps this frame with this size at this
/// address".
void unmap_page(World& world, const FrameCap& frame);

/// Takes a page table out, with all that is mapped below it.
void unmap_table(World& world, const PageTableCap& capability);

/// \name The last capability is gone
/// \{
void destroy_vspace(World& world, const VSpaceCap& last);
void destroy_pool(World& world, const AsidPoolCap& last);
/// \}

} // namespace spec
