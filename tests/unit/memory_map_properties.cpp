// The memory map against a model that knows each page by itself.
#include "boot/memory_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <rapidcheck/gtest.h>
#include <vector>

namespace k {
namespace {

constexpr u64 pages = 64; ///< in the model's memory; small, so that ranges meet

/// Bytes from `begin` up to `end`, as a tree might name them: seldom whole pages.
PhysRange any_range() {
    const u64 a = *rc::gen::inRange<u64>(0, pages * page_bytes);
    const u64 b = *rc::gen::inRange<u64>(0, pages * page_bytes);
    const bool whole_pages = *rc::gen::arbitrary<bool>();
    const PhysRange range{PhysAddr{std::min(a, b)}, PhysAddr{std::max(a, b)}};
    if (!whole_pages) return range;
    return {range.begin.align_down(page_bits), range.end.align_down(page_bits)};
}

Region any_claim() {
    return {any_range(), *rc::gen::element(Use::Firmware, Use::Reserved, Use::Unmapped, Use::Initrd,
                                           Use::Tree, Use::Image)};
}

/// The use of each page of RAM.
using Model = std::map<u64, Use>;

/// Whether the page lies inside `range`, or touches it at all.
bool inside(u64 page, PhysRange range) {
    return range.begin.raw() <= page * page_bytes && (page + 1) * page_bytes <= range.end.raw();
}

bool touches(u64 page, PhysRange range) {
    return range.begin.raw() < (page + 1) * page_bytes && page * page_bytes < range.end.raw() &&
           !range.empty();
}

/// Adds RAM to the model. \returns false, and adds nothing, if a page of it is known already.
bool add_ram(Model& model, PhysRange ram) {
    Model added;
    for (u64 page = 0; page < pages; ++page)
        if (inside(page, ram)) added[page] = Use::Free;
    const bool known =
        std::ranges::any_of(added, [&](auto& page) { return model.contains(page.first); });
    if (!known) model.merge(added);
    return !known;
}

void claim(Model& model, const Region& claim) {
    for (auto& [page, use] : model)
        if (touches(page, claim.range)) use = std::max(use, claim.use);
}

/// Whether `next` may follow `region`: behind it, and not as a part of the same.
bool follows(const Region& next, const Region& region) {
    return region.range.end < next.range.begin ||
           (region.range.end == next.range.begin && region.use != next.use);
}

/// What the map says, page by page; it fails on the way if the regions are not what they promise.
Model pages_of(const MemoryMap& map) {
    Model model;
    Region before{};
    for (const Region& region : map.regions()) {
        const auto& [begin, end] = region.range;
        RC_ASSERT((begin.aligned(page_bits) && end.aligned(page_bits) && begin < end));
        RC_ASSERT((model.empty() || follows(region, before)));
        for (u64 page = begin.raw() / page_bytes; page < end.raw() / page_bytes; ++page)
            model[page] = region.use;
        before = region;
    }
    return model;
}

/// RAM in a few pieces, in both; those that overlap are refused by both.
void any_ram(MemoryMap& map, Model& model) {
    const auto count = *rc::gen::inRange(1, 6);
    for (int i = 0; i < count; ++i) {
        const PhysRange ram = any_range();
        RC_ASSERT(map.add_ram(ram).has_value() == add_ram(model, ram));
    }
}

RC_GTEST_PROP(MemoryMapProperty, AgreesWithTheModelPageByPage, ()) {
    MemoryMap map;
    Model model;
    any_ram(map, model);
    const auto count = *rc::gen::inRange(0, 12);
    for (int i = 0; i < count; ++i) {
        const Region wanted = any_claim();
        RC_ASSERT(map.claim(wanted.range, wanted.use).has_value());
        claim(model, wanted);
        RC_ASSERT(pages_of(map) == model);
    }
}

RC_GTEST_PROP(MemoryMapProperty, DoesNotCareInWhichOrderClaimsCome, ()) {
    MemoryMap forwards;
    Model model;
    any_ram(forwards, model);
    MemoryMap backwards = forwards;
    std::vector<Region> claims(*rc::gen::inRange<usize>(0, 12));
    std::ranges::generate(claims, any_claim);
    for (const Region& wanted : claims)
        RC_ASSERT(forwards.claim(wanted.range, wanted.use).has_value());
    std::ranges::reverse(claims);
    for (const Region& wanted : claims)
        RC_ASSERT(backwards.claim(wanted.range, wanted.use).has_value());
    RC_ASSERT(pages_of(forwards) == pages_of(backwards));
}

RC_GTEST_PROP(MemoryMapProperty, KnowsWhatItCoversAndWhatIsLargest, ()) {
    MemoryMap map;
    Model model;
    any_ram(map, model);
    const Region wanted = any_claim();
    RC_ASSERT(map.claim(wanted.range, wanted.use).has_value());
    claim(model, wanted);

    const PhysRange range = any_range();
    bool covered = true;
    for (u64 page = 0; page < pages; ++page)
        covered = covered && (!touches(page, range) || model.contains(page));
    RC_ASSERT(map.covers(range) == covered);

    u64 longest = 0;
    u64 run = 0;
    for (u64 page = 0; page < pages; ++page) {
        run = model.contains(page) && model[page] == Use::Free ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    RC_ASSERT(map.largest_free().bytes() == longest * page_bytes);
}

} // namespace
} // namespace k
