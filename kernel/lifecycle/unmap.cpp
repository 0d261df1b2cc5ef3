#include "lifecycle/unmap.hpp"

#include "object/derivation.hpp"
#include "object/vspace.hpp"

namespace k {

bool leads_to(const TableEntry& entry, const Cap<Frame>& frame) noexcept {
    return entry.level == arch::level_of(frame.size()) && entry.is_leaf() &&
           entry.now.target() == frame.address();
}

void unmap(const Cap<Frame>& frame, const AsidTable& asids) noexcept {
    const MappedAt at = frame.mapped();
    const auto space = asids.find(at[MappedAt::asid]);
    if (!space) return;
    const TableEntry entry = space->find(at.va());
    if (leads_to(entry, frame)) space->take(at.va(), entry);
}

void unmap(const Cap<PageTable>& table, const AsidTable& asids) noexcept {
    const MappedAt at = table.mapped();
    if (const auto space = asids.find(at[MappedAt::asid]))
        space->remove_table(at.va(), table.address());
}

void retire(const Slot& slot, AsidTable& asids) noexcept {
    const Capability& cap = slot.cap;
    // Each capability to a frame has a mapping of its own.
    if (const auto frame = cap.as<Frame>()) return unmap(*frame, asids);
    if (!is_final(slot)) return;
    if (const auto table = cap.as<PageTable>()) return unmap(*table, asids);
    if (const auto vspace = cap.as<VSpace>()) return asids.release(vspace->asid(), cap.address());
    if (const auto pool = cap.as<AsidPool>()) return asids.remove(pool->index());
}

} // namespace k
