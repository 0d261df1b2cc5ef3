// Properties of page tables, against plans that know nothing of tables.
#include "tables.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <rapidcheck/gtest.h>

namespace k::test {
namespace {

using arch::Attributes;
using arch::PageSize;

// One call after another: leaves of every size, overlapping, over a few places.

struct Call {
    bool map;
    VirtAddr va;
    PhysAddr pa;
    PageSize size;
    Attributes attributes;
};

std::ostream& operator<<(std::ostream& out, const Call& call) {
    return out << (call.map ? "map " : "unmap ") << std::hex << call.va.raw() << " to "
               << call.pa.raw() << ", a leaf of " << arch::bytes_of(call.size);
}

rc::Gen<Call> calls() {
    const auto few = rc::gen::inRange<u64>(0, 3);
    const auto size =
        rc::gen::element(PageSize::Small, PageSize::Small, PageSize::Large, PageSize::Huge);
    return rc::gen::map(
        rc::gen::tuple(rc::gen::arbitrary<bool>(), few, few, few, rc::gen::inRange<u64>(1, 1000),
                       size, rc::gen::element(user_data, user_text)),
        [](const auto& parts) {
            const auto& [map, huges, larges, smalls, pa, leaf, attributes] = parts;
            const VirtAddr va{huges * huge + larges * large + smalls * small};
            const unsigned bits = arch::span_bits(arch::level_of(leaf));
            return Call{map, va.align_down(bits), PhysAddr{pa << bits}, leaf, attributes};
        });
}

/// What is mapped where, as ranges.
class Plan {
  public:
    struct Leaf {
        PhysAddr pa;
        PageSize size;
        Attributes attributes;
    };

    [[nodiscard]] bool has(VirtAddr va, PageSize size) const {
        const auto found = leaves.find(va);
        return found != leaves.end() && found->second.size == size;
    }

    [[nodiscard]] std::set<Outcome> outcomes(VirtAddr va) const {
        auto next = leaves.upper_bound(va);
        if (next == leaves.begin()) return only_fault;
        const auto& [start, leaf] = *--next;
        if (va - start >= arch::bytes_of(leaf.size)) return only_fault;
        return only(leaf.pa + (va - start), leaf.attributes, leaf.size);
    }

    [[nodiscard]] bool touches(VirtAddr va, PageSize size) const {
        const auto next = leaves.lower_bound(va);
        return outcomes(va) != only_fault ||
               (next != leaves.end() && next->first < va + arch::bytes_of(size));
    }

    std::map<VirtAddr, Leaf> leaves;
};

Expected<Ok, MapError> map_with_tables(WatchedSpace& t, const Call& call) {
    for (;;) {
        const auto done = t.space.map(call.va, call.pa, call.size, call.attributes);
        if (done || done.error().fault != MapFault::TableMissing) return done;
        RC_ASSERT(t.space.add_table(call.va, t.fresh()).has_value());
    }
}

void apply(WatchedSpace& t, Plan& plan, const Call& call) {
    if (!call.map) {
        const bool done = t.space.unmap(call.va, call.size).has_value();
        RC_ASSERT(done == plan.has(call.va, call.size));
        plan.leaves.erase(done ? call.va : VirtAddr{~u64{0}});
        return;
    }
    const auto done = map_with_tables(t, call);
    if (done) {
        RC_ASSERT(!plan.touches(call.va, call.size));
        plan.leaves[call.va] = {call.pa, call.size, call.attributes};
    } else if (done.error().fault == MapFault::Occupied) {
        RC_ASSERT(plan.outcomes(call.va) != only_fault);
    } else { // a table in the way may be empty
        RC_ASSERT(done.error() == (MapError{MapFault::TableInTheWay, arch::level_of(call.size)}));
    }
}

RC_GTEST_PROP(AddressSpaceProperties, TranslatesAsPlannedAfterEveryCall, ()) {
    WatchedSpace t;
    Plan plan;
    for (const Call& call : *rc::gen::container<std::vector<Call>>(calls())) {
        apply(t, plan, call);
        const VirtAddr last = call.va + (arch::bytes_of(call.size) - 1);
        RC_ASSERT(t.outcomes(call.va) == plan.outcomes(call.va));
        RC_ASSERT(t.outcomes(last) == plan.outcomes(last));
        for (const auto& [start, leaf] : plan.leaves)
            RC_ASSERT(t.outcomes(start) == plan.outcomes(start));
    }
    RC_ASSERT(t.model.violations().empty());
}

// Whole ranges.

/// Up to a dozen ranges that do not overlap, in order: from gaps, lengths and the distance between
/// virtual and physical, which decides how large leaves can be (and so how long a range may be).
rc::Gen<std::vector<Mapping>> layouts() {
    const auto unit = rc::gen::element(small, large, huge);
    const auto distance = rc::gen::element<u64>(0, huge, large, small);
    const auto step =
        rc::gen::tuple(unit, rc::gen::inRange<u64>(0, 3), rc::gen::inRange<u64>(1, 5), distance,
                       rc::gen::element(kernel_data, kernel_constants, device_registers));
    using Steps = std::vector<std::tuple<u64, u64, u64, u64, Attributes>>;
    return rc::gen::map(rc::gen::resize(12, rc::gen::container<Steps>(step)), [](const Steps& all) {
        std::vector<Mapping> mappings;
        VirtAddr va{};
        for (const auto& [scale, gap, length, away, attributes] : all) {
            const u64 bytes = length * (away == 0 ? scale : std::min(scale, away));
            va = va + gap * scale;
            mappings.push_back({va, PhysAddr{va.raw() + away}, bytes, attributes});
            va = va + bytes;
        }
        return mappings;
    });
}

/// Mappings that continue one another, as one.
std::vector<Mapping> merged(const std::vector<Mapping>& mappings) {
    std::vector<Mapping> all;
    for (const Mapping& m : mappings) {
        const bool continues = !all.empty() && all.back().va + all.back().bytes == m.va &&
                               all.back().pa + all.back().bytes == m.pa &&
                               all.back().attributes == m.attributes;
        if (continues)
            all.back().bytes += m.bytes;
        else
            all.push_back(m);
    }
    return all;
}

RC_GTEST_PROP(MappingProperties, FindsWhatWasMapped, ()) {
    const auto wanted = *layouts();
    const PlainSpace s;
    for (const Mapping& m : wanted)
        s.map(m);
    const auto found = s.ranges();
    const auto expected = merged(wanted);
    RC_ASSERT(found.size() == expected.size());
    for (usize i = 0; i < found.size(); ++i) {
        RC_ASSERT(found[i].va == expected[i].va && found[i].pa() == expected[i].pa);
        RC_ASSERT(found[i].bytes == expected[i].bytes);
        RC_ASSERT(found[i].first.permits_as(
            arch::Descriptor::leaf(PageSize::Small, PhysAddr{}, expected[i].attributes)));
    }
}

RC_GTEST_PROP(MappingProperties, UsesNoSmallerLeafThanFits, ()) {
    const auto wanted = *layouts();
    RC_PRE(!wanted.empty());
    const Mapping m = wanted.back();
    const PlainSpace s;
    s.map(m);
    for (VirtAddr va = m.va; va < m.va + m.bytes;) {
        const auto level = s.space.walk(va).level;
        const u64 offset = va - m.va;
        for (const PageSize size : {PageSize::Huge, PageSize::Large}) {
            const unsigned bits = arch::span_bits(arch::level_of(size));
            const bool fits = va.aligned(bits) && (m.pa + offset).aligned(bits) &&
                              offset + arch::bytes_of(size) <= m.bytes;
            RC_ASSERT(!fits || level <= arch::level_of(size));
        }
        va = va + bit(arch::span_bits(level));
    }
}

} // namespace
} // namespace k::test
