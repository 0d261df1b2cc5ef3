/// \file
/// How mappings end: because somebody asks for it, or because what is mapped, or the tables, or the
/// address space, die. They may die in any order, so each looks whether the others are still there.
#pragma once

#include "object/asid.hpp"
#include "object/frame.hpp"
#include "object/page_table.hpp"
#include "object/slot.hpp"

namespace k {

/// Whether an entry maps that frame: all of it, from its first byte on.
[[nodiscard]] bool leads_to(const TableEntry& entry, const Cap<Frame>& frame) noexcept;

/// Takes a frame's mapping away, if what this capability remembers is still there: at that address
/// that frame, in that size.
void unmap(const Cap<Frame>& frame, const AsidTable& asids) noexcept;

/// Takes a table out of its address space, if it is still there.
void unmap(const Cap<PageTable>& table, const AsidTable& asids) noexcept;

/// Undoes what the capability in `slot`, which is about to be deleted, stands for beyond itself:
/// its mapping; and, if it is the last to its object, what the object does while it lives.
void retire(const Slot& slot, AsidTable& asids) noexcept;

} // namespace k
