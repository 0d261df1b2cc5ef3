#include "object/address_space.hpp"

#include "arch/tlb.hpp"
#include "base/trace.hpp"

namespace k {

using arch::Descriptor;
using arch::Level;

/// An entry of a table, and what is in it.
struct AddressSpace::Entry {
    std::atomic<u64>& slot;
    Level level;
    Descriptor now;

    [[nodiscard]] bool is_leaf() const noexcept { return now.is_leaf(level); }

    [[nodiscard]] bool is_table() const noexcept { return now.is_table(level); }
};

/// Follows tables from the root towards `target`, and stops there or at the first entry that
/// leads to no table.
AddressSpace::Entry AddressSpace::descend(VirtAddr va, Level target) const noexcept {
    PhysAddr table = root_;
    for (Level level = Level::L0;; level = arch::below(level)) {
        auto& slot = window_.at<arch::Table>(table)->entries[arch::index_at(va, level)];
        const Entry entry{slot, level, arch::load_descriptor(slot)};
        if (level == target || !entry.is_table()) return entry;
        table = entry.now.target();
    }
}

WalkEnd AddressSpace::walk(VirtAddr va) const noexcept {
    const Entry end = descend(va, Level::L3);
    return {end.now, end.level};
}

Expected<Ok, MapError> AddressSpace::map(VirtAddr va, PhysAddr pa, arch::PageSize size,
                                         arch::Attributes attributes) const noexcept {
    const Level target = arch::level_of(size);
    K_ASSERT(va.aligned(arch::span_bits(target)) && pa.aligned(arch::span_bits(target)));
    const Entry entry = descend(va, target);
    if (entry.is_leaf()) return Unexpected{MapError{MapFault::Occupied, entry.level}};
    if (entry.is_table()) return Unexpected{MapError{MapFault::TableInTheWay, entry.level}};
    if (entry.level != target) return Unexpected{MapError{MapFault::TableMissing, entry.level}};

    // The TLB never holds an absent entry, so there is nothing to invalidate.
    const Descriptor leaf = Descriptor::leaf(size, pa, attributes);
    trace::event(trace::Kind::Map, va.raw(), leaf.raw());
    arch::store_descriptor(entry.slot, leaf);
    arch::publish_descriptors();
    arch::synchronise_context();
    return Ok{};
}

Expected<Descriptor, MapError> AddressSpace::unmap(VirtAddr va,
                                                   arch::PageSize size) const noexcept {
    const Level target = arch::level_of(size);
    const Entry entry = descend(va, target);
    if (entry.level != target || !entry.is_leaf())
        return Unexpected{MapError{MapFault::NotMapped, entry.level}};

    trace::event(trace::Kind::Unmap, va.raw(), entry.now.raw());
    arch::store_descriptor(entry.slot, Descriptor{});
    arch::publish_descriptors(); // or a walker could bring the old entry back after the TLBI
    arch::invalidate_page(asid_, va);
    arch::await_invalidation();  // from here on no core uses it
    arch::synchronise_context(); // and no instruction already fetched by this one
    return entry.now;
}

Expected<Level, MapError> AddressSpace::add_table(VirtAddr va, PhysAddr table) const noexcept {
    const Entry entry = descend(va, Level::L3);
    if (entry.is_leaf() || entry.level == Level::L3)
        return Unexpected{MapError{MapFault::Occupied, entry.level}};

    arch::publish_descriptors(); // its zeros first: a walker may follow the link at once
    arch::store_descriptor(entry.slot, Descriptor::to_table(table));
    return entry.level;
}

} // namespace k
