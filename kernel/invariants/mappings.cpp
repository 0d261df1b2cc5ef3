#include "invariants/invariants.hpp"
#include "lifecycle/unmap.hpp"
#include "object/vspace.hpp"

namespace k::invariants {

namespace {

using arch::Level;

/// The first address space that has an identifier and of which `matches` is true.
template <class Matches>
std::optional<AddressSpace> find_space(const AsidTable& asids, Matches matches) noexcept {
    for (usize i = 0; i < bit(abi::asid_pools_bits); ++i) {
        const AsidPool* const pool = asids.pool(i);
        for (usize entry = 0; pool != nullptr && entry < pool->roots.size(); ++entry) {
            const AddressSpace space{pool->roots[entry], asid_of(i, entry)};
            if (space.root() != PhysAddr{} && matches(space)) return space;
        }
    }
    return std::nullopt;
}

/// Where the first entry is that leads anywhere and of which `matches` is true, in a table and
/// those below it; nullptr if there is none. \param va  the first address that the table covers
template <class Matches>
const void* find_entry(arch::Asid asid, PhysAddr table, Level level, VirtAddr va,
                       Matches matches) noexcept {
    for (auto& slot : arch::window.at<arch::Table>(table)->entries) {
        const TableEntry entry{&slot, level, arch::load_descriptor(slot)};
        if ((entry.is_leaf() || entry.is_table()) && matches(MappedAt::make(asid, va), entry))
            return &slot;
        if (entry.is_table())
            if (auto* found = find_entry(asid, entry.now.target(), below(level), va, matches))
                return found;
        va = va + bit(arch::span_bits(level));
    }
    return nullptr;
}

/// The same in all address spaces.
template <class Matches>
const void* find_entry(const AsidTable& asids, Matches matches) noexcept {
    const void* found = nullptr;
    (void)find_space(asids, [&](const AddressSpace& space) {
        found = find_entry(space.asid(), space.root(), Level::L0, VirtAddr{}, matches);
        return found != nullptr;
    });
    return found;
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

/// Whether programs can do no more through a leaf than they may with the frame.
bool permits(Rights rights, arch::Descriptor leaf) noexcept {
    return (rights[Rights::read] || !leaf[arch::Descriptor::user]) &&
           (rights[Rights::write] || !leaf.user_may_write());
}

/// Whether what a capability remembers is still there, and no more than it permits.
bool is_live(const Slot& slot, const AsidTable& asids) noexcept {
    const auto frame = slot.cap.as<Frame>();
    const auto table = slot.cap.as<PageTable>();
    if (!frame && !table) return false;
    const MappedAt at = frame ? frame->mapped() : table->mapped();
    const auto space = asids.find(at[MappedAt::asid]);
    if (!space) return false;
    if (table) return leads_through(*space, at.va(), table->address());
    const TableEntry entry = space->find(at.va());
    return leads_to(entry, *frame) && permits(frame->rights(), entry.now);
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
    (void)find_entry(asids, [&](MappedAt, const TableEntry&) {
        ++entries;
        return false;
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
        return slot.cap.address() == target && slot.cap.payload() == at.raw() &&
               is_live(slot, census.kernel().asids);
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
    const auto found = find_space(
        asids, [&](const AddressSpace& space) { return !has_capability(census, space); });
    return {found ? arch::window.at<void>(found->root()) : nullptr, "the root table"};
}

Verdict live_mappings_are_backed(const Census& census) noexcept {
    if (are_as_many(census)) return {};
    return {find_entry(census.kernel().asids, [&](MappedAt at, const TableEntry& entry) {
        return !is_known(census, at, entry);
    })};
}

} // namespace k::invariants
