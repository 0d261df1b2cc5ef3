#include "invariants/invariants.hpp"
#include "lifecycle/unmap.hpp"
#include "object/vspace.hpp"

namespace k::invariants {

namespace {

using arch::Level;

/// Visits each entry of a table that leads anywhere, and those of the tables below, until `visit`
/// returns true. \return whether it has
/// \param va  the first address that the table covers
template <class Visit>
bool any_entry(PhysAddr table, Level level, VirtAddr va, Visit visit) noexcept {
    for (auto& slot : arch::window.at<arch::Table>(table)->entries) {
        const TableEntry entry{&slot, level, arch::load_descriptor(slot)};
        if ((entry.is_leaf() || entry.is_table()) && visit(va, entry)) return true;
        if (entry.is_table() && any_entry(entry.now.target(), arch::below(level), va, visit))
            return true;
        va = va + bit(arch::span_bits(level));
    }
    return false;
}

/// Visits each address space that has an identifier, until `visit` returns true.
template <class Visit>
bool any_space(const AsidTable& asids, Visit visit) noexcept {
    for (usize i = 0; i < bit(abi::asid_pools_bits); ++i) {
        const AsidPool* const pool = asids.pool(i);
        for (usize entry = 0; pool != nullptr && entry < pool->roots.size(); ++entry) {
            const arch::Asid asid = asid_of(i, entry);
            if (pool->roots[entry] != PhysAddr{} && visit(AddressSpace{pool->roots[entry], asid}))
                return true;
        }
    }
    return false;
}

/// Whether that table is on the way to `va`.
bool leads_through(const AddressSpace& space, VirtAddr va, PhysAddr table) noexcept {
    PhysAddr at = space.root();
    for (Level level = Level::L0; level != Level::L3; level = arch::below(level)) {
        const auto& slot = arch::window.at<arch::Table>(at)->entries[arch::index_at(va, level)];
        const arch::Descriptor entry = arch::load_descriptor(slot);
        if (!entry.is_table(level)) return false;
        at = entry.target();
        if (at == table) return true;
    }
    return false;
}

/// A capability may remember a place where it is no longer mapped.
bool is_live(const Slot& slot, const AsidTable& asids) noexcept {
    const auto frame = slot.cap.as<Frame>();
    const auto table = slot.cap.as<PageTable>();
    if (!frame && !table) return false;
    const MappedAt at = frame ? frame->mapped() : table->mapped();
    const auto space = asids.find(at[MappedAt::asid]);
    if (!space) return false;
    return frame ? leads_to(space->find(at.va()), *frame)
                 : leads_through(*space, at.va(), table->address());
}

/// Whether a capability before this one to the same object remembers the same place.
bool is_repeated(const Slot& slot) noexcept {
    const Slot* at = &slot;
    while (!Census::is_first(*at)) {
        at = at->previous;
        if (at->cap.payload() == slot.cap.payload()) return true;
    }
    return false;
}

/// An entry in use is known to one capability, and to some of its copies. So if there are as many
/// entries as capabilities that know of one, copies not counted, none is without.
bool are_as_many(const Census& census) noexcept {
    const AsidTable& asids = census.kernel().asids;
    usize entries = 0;
    (void)any_space(asids, [&](const AddressSpace& space) {
        return any_entry(space.root(), Level::L0, VirtAddr{}, [&](VirtAddr, const TableEntry&) {
            ++entries;
            return false;
        });
    });
    const auto known = std::ranges::count_if(census.slots(), [&](const Slot* slot) {
        return is_live(*slot, asids) && !is_repeated(*slot);
    });
    return static_cast<usize>(known) == entries;
}

/// Whether a capability knows of that entry, or what it leads to can never be anything else.
bool is_known(const Census& census, MappedAt at, const TableEntry& entry) noexcept {
    const PhysAddr target = entry.now.target();
    const Slot* const found = census.find([&](const Slot& slot) {
        const auto type = entry.is_leaf() ? CapType::Frame : CapType::PageTable;
        return slot.cap.type() == type && slot.cap.address() == target &&
               slot.cap.payload() == at.raw();
    });
    return found != nullptr || !census.can_be_used(target);
}

bool has_capability(const Census& census, const AddressSpace& space) noexcept {
    const Slot* const found = census.find_first<VSpace>([&](const Cap<VSpace>& cap) {
        return cap.address() == space.root() && cap.asid() == space.asid();
    });
    return found != nullptr || !census.can_be_used(space.root());
}

bool has_capability(const Census& census, const AsidPool& pool, usize index) noexcept {
    const PhysAddr address = arch::window.phys(&pool);
    const Slot* const found = census.find_first<AsidPool>(
        [&](const Cap<AsidPool>& cap) { return cap.address() == address && cap.index() == index; });
    return found != nullptr || !census.can_be_used(address);
}

} // namespace

Verdict address_spaces_are_backed(const Census& census) noexcept {
    const AsidTable& asids = census.kernel().asids;
    for (usize i = 0; i < bit(abi::asid_pools_bits); ++i) {
        const AsidPool* const pool = asids.pool(i);
        if (pool != nullptr && !has_capability(census, *pool, i)) return {pool, "the pool"};
    }
    PhysAddr root{};
    const bool found = any_space(asids, [&](const AddressSpace& space) {
        root = space.root();
        return !has_capability(census, space);
    });
    return {found ? arch::window.at<void>(root) : nullptr, "the root table"};
}

Verdict live_mappings_are_backed(const Census& census) noexcept {
    if (are_as_many(census)) return {};
    const void* culprit = nullptr;
    (void)any_space(census.kernel().asids, [&](const AddressSpace& space) {
        const auto is_unknown = [&](VirtAddr va, const TableEntry& entry) {
            if (is_known(census, MappedAt::make(space.asid(), va), entry)) return false;
            culprit = entry.slot;
            return true;
        };
        return any_entry(space.root(), Level::L0, VirtAddr{}, is_unknown);
    });
    return {culprit};
}

} // namespace k::invariants
