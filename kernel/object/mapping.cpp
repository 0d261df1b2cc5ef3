#include "object/mapping.hpp"

#include <algorithm>

namespace k {

using arch::Descriptor;
using arch::PageSize;

namespace {

/// How much of an address counts within one half of an address space.
constexpr unsigned half_bits = 48;

PageSize largest_that_fits(const Mapping& m) noexcept {
    const auto fits = [&](PageSize size) {
        const unsigned bits = arch::span_bits(arch::level_of(size));
        return m.va.aligned(bits) && m.pa.aligned(bits) && m.bytes >= arch::bytes_of(size);
    };
    if (fits(PageSize::Huge)) return PageSize::Huge;
    return fits(PageSize::Large) ? PageSize::Large : PageSize::Small;
}

constexpr PageSize smaller(PageSize size) noexcept {
    return size == PageSize::Huge ? PageSize::Large : PageSize::Small;
}

/// Lets the leaf at the beginning of `m` be; returns how much of `m` it covers.
u64 keep_leaf(const AddressSpace& space, const Mapping& m) noexcept {
    const auto [leaf, level] = space.walk(m.va);
    const u64 offset = m.va - m.va.align_down(arch::span_bits(level));
    K_ASSERT(leaf.target() + offset == m.pa);
    K_ASSERT(leaf.permits_as(Descriptor::leaf(PageSize::Small, PhysAddr{}, m.attributes)));
    return std::min(bit(arch::span_bits(level)) - offset, m.bytes);
}

/// Makes the leaf at the beginning of `m`; returns how much of `m` it covers.
u64 map_first_leaf(const AddressSpace& space, const Mapping& m, TakeTable take) noexcept {
    PageSize size = largest_that_fits(m);
    for (;;) {
        const auto done = space.map(m.va, m.pa, size, m.attributes);
        if (done) return arch::bytes_of(size);
        switch (done.error().fault) {
        case MapFault::TableMissing: (void)space.add_table(m.va, take()); break;
        case MapFault::TableInTheWay: size = smaller(size); break;
        case MapFault::Occupied:
        case MapFault::NotMapped: return keep_leaf(space, m);
        }
    }
}

} // namespace

void map_range(const AddressSpace& space, Mapping mapping, TakeTable take) noexcept {
    auto& [va, pa, bytes, attributes] = mapping;
    while (bytes != 0) {
        const u64 done = map_first_leaf(space, mapping, take);
        va = va + done;
        pa = pa + done;
        bytes -= done;
    }
}

void map_range_downwards(const AddressSpace& space, Mapping mapping, TakeTable take) noexcept {
    auto& [va, pa, bytes, attributes] = mapping;
    constexpr unsigned piece_bits = arch::span_bits(arch::Level::L1);
    while (bytes != 0) {
        const VirtAddr piece = std::max(va, (va + (bytes - 1)).align_down(piece_bits));
        const u64 rest = piece - va;
        map_range(space, {piece, pa + rest, bytes - rest, attributes}, take);
        bytes = rest;
    }
}

std::optional<MappedRange> MappedRanges::next() noexcept {
    std::optional<MappedRange> found;
    while (next_.align_down(half_bits) == base_) {
        const auto [leaf, level] = space_.walk(next_);
        const bool mapped = leaf.is_leaf(level);
        if (found && !(mapped && found->goes_on_with(leaf))) break;
        if (mapped) {
            const auto size = static_cast<PageSize>(level);
            if (!found) found = MappedRange{next_, leaf, size, 0};
            found->largest = std::min(found->largest, size);
            found->bytes += arch::bytes_of(size);
        }
        const unsigned bits = arch::span_bits(level);
        next_ = next_.align_down(bits) + bit(bits);
    }
    return found;
}

std::optional<MappedRange> writable_code(const AddressSpace& space, VirtAddr base) noexcept {
    for (MappedRanges codes{space, base}; const auto code = codes.next();) {
        if (code->first[Descriptor::kernel_execute_never]) continue;
        for (MappedRanges others{space, base}; const auto other = others.next();)
            if (!other->first[Descriptor::read_only] && other->shares_memory_with(*code))
                return code;
    }
    return std::nullopt;
}

} // namespace k
