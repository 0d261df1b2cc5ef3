#include "object/address_space.hpp"

#include "arch/cache.hpp"
#include "arch/tlb.hpp"
#include "arch/user_space.hpp"
#include "base/trace.hpp"

namespace k {

using arch::Descriptor;
using arch::Level;

/// Follows tables from the root towards `target`, and stops there or at the first entry that
/// leads to no table.
TableEntry AddressSpace::descend(VirtAddr va, Level target) const noexcept {
    PhysAddr table = root_;
    for (Level level = Level::L0;; level = arch::below(level)) {
        auto& slot = window_.at<arch::Table>(table)->entries[arch::index_at(va, level)];
        const TableEntry entry{&slot, level, arch::load_descriptor(slot)};
        if (level == target || !entry.is_table()) return entry;
        table = entry.now.target();
    }
}

WalkEnd AddressSpace::walk(VirtAddr va) const noexcept {
    const TableEntry end = descend(va, Level::L3);
    return {end.now, end.level};
}

Expected<Ok, MapError> AddressSpace::map(VirtAddr va, PhysAddr pa, arch::PageSize size,
                                         arch::Attributes attributes) const noexcept {
    const Level target = arch::level_of(size);
    K_ASSERT(va.aligned(arch::span_bits(target)) && pa.aligned(arch::span_bits(target)));
    const TableEntry entry = descend(va, target);
    if (entry.is_leaf()) return Unexpected{MapError{MapFault::Occupied, entry.level}};
    if (entry.is_table()) return Unexpected{MapError{MapFault::TableInTheWay, entry.level}};
    if (entry.level != target) return Unexpected{MapError{MapFault::TableMissing, entry.level}};

    put(va, entry, Descriptor::leaf(size, pa, attributes));
    return Ok{};
}

Expected<Descriptor, MapError> AddressSpace::unmap(VirtAddr va,
                                                   arch::PageSize size) const noexcept {
    const Level target = arch::level_of(size);
    const TableEntry entry = descend(va, target);
    if (entry.level != target || !entry.is_leaf())
        return Unexpected{MapError{MapFault::NotMapped, entry.level}};

    take(va, entry);
    return entry.now;
}

void AddressSpace::put(VirtAddr va, const TableEntry& entry, Descriptor leaf) const noexcept {
    // The TLB may hold a leaf that is there, but never an absent entry. "Using break-before-make"
    const bool is_there = entry.is_leaf();
    const bool in_place = is_there && entry.now.may_become(leaf);
    if (is_there && !in_place) take(va, entry);
    trace::event(trace::Kind::Map, va.raw(), leaf.raw());
    arch::store_descriptor(*entry.slot, leaf);
    arch::publish_descriptors();
    if (in_place) drop(va);
    arch::synchronise_context();
}

void AddressSpace::take(VirtAddr va, const TableEntry& entry) const noexcept {
    trace::event(trace::Kind::Unmap, va.raw(), entry.now.raw());
    arch::store_descriptor(*entry.slot, Descriptor{});
    arch::publish_descriptors(); // or a walker could bring the old entry back after the TLBI
    drop(va);
    arch::synchronise_context(); // and no instruction already fetched by this one uses it
}

/// Drops what the TLB has kept of the walk to `va`.
void AddressSpace::drop(VirtAddr va) const noexcept {
    arch::invalidate_page(asid_, va);
    arch::await_invalidation(); // from here on no core uses it
}

Expected<Level, MapError> AddressSpace::add_table(VirtAddr va, PhysAddr table) const noexcept {
    const TableEntry entry = descend(va, Level::L3);
    if (entry.is_leaf() || entry.level == Level::L3)
        return Unexpected{MapError{MapFault::Occupied, entry.level}};

    arch::publish_descriptors(); // its zeros first: a walker may follow the link at once
    const Descriptor link = Descriptor::to_table(table);
    trace::event(trace::Kind::TableAdd, va.raw(), link.raw());
    arch::store_descriptor(*entry.slot, link);
    return entry.level;
}

void AddressSpace::remove_table(VirtAddr va, PhysAddr table) const noexcept {
    TableEntry entry = descend(va, Level::L0);
    while (entry.is_table() && entry.now.target() != table)
        entry = descend(va, arch::below(entry.level));
    if (!entry.is_table()) return;

    trace::event(trace::Kind::TableRemove, va.raw(), entry.now.raw());
    arch::store_descriptor(*entry.slot, Descriptor{});
    arch::publish_descriptors();
    arch::invalidate_asid(asid_); // all that was found through it
    arch::await_invalidation();
    arch::synchronise_context();
}

void AddressSpace::enter() const noexcept {
    if (arch::user_space().asid != asid_) arch::enter({root_, asid_});
}

void AddressSpace::maintain(arch::CacheOperation operation, VirtRange range) const noexcept {
    const arch::UserSpace before = arch::user_space();
    enter();
    arch::maintain(operation, range);
    if (before.asid != asid_) arch::enter(before);
}

} // namespace k
