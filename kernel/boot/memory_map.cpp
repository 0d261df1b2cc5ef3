#include "boot/memory_map.hpp"

namespace k {

namespace {

constexpr TreeError too_many{"names more memory regions than the kernel has room for"};

/// The whole pages inside `range`: empty when there are none.
constexpr PhysRange pages_inside(PhysRange range) noexcept {
    const PhysAddr begin = range.begin.align_up(page_bits);
    return {begin, std::max(begin, range.end.align_down(page_bits))};
}

/// The whole pages that `range` touches.
constexpr PhysRange pages_touched(PhysRange range) noexcept {
    return {range.begin.align_down(page_bits), range.end.align_up(page_bits)};
}

} // namespace

TreeResult<Ok> MemoryMap::add_ram(PhysRange ram) noexcept {
    const PhysRange pages = pages_inside(ram);
    if (pages.empty()) return Ok{};
    usize next = 0; // the first region that does not end before these pages
    while (next < regions_.size() && regions()[next].range.end <= pages.begin)
        ++next;
    if (next < regions_.size() && regions()[next].range.begin < pages.end)
        return Unexpected{TreeError{"gives the same memory twice"}};
    if (!regions_.insert(next, {pages})) return Unexpected{too_many};
    merge();
    return Ok{};
}

TreeResult<Ok> MemoryMap::claim(PhysRange range, Use use, std::string_view name) noexcept {
    if (range.empty()) return Ok{};
    const PhysRange pages = pages_touched(range);
    for (usize i = 0; i < regions_.size(); ++i) {
        Region& region = regions_.items()[i];
        if (region.use >= use || !region.range.overlaps(pages)) continue;
        if (region.range.begin < pages.begin) {
            if (!cut(i, pages.begin)) return Unexpected{too_many};
            continue; // with the upper part, which comes next
        }
        if (region.range.end > pages.end && !cut(i, pages.end)) return Unexpected{too_many};
        region.use = use;
        region.name = name;
    }
    merge();
    return Ok{};
}

bool MemoryMap::covers(PhysRange range) const noexcept {
    PhysAddr reached = range.begin;
    for (const Region& region : regions())
        if (region.range.contains(reached)) reached = region.range.end;
    return reached >= range.end;
}

bool MemoryMap::touches(PhysRange range) const noexcept {
    return std::ranges::any_of(regions(),
                               [&](const Region& region) { return region.range.overlaps(range); });
}

PhysRange MemoryMap::largest_free() const noexcept {
    PhysRange largest;
    for (const Region& region : regions())
        if (region.use == Use::Free && region.range.bytes() > largest.bytes())
            largest = region.range;
    return largest;
}

/// Makes two regions of the one at `index`: up to `at`, and from there on.
bool MemoryMap::cut(usize index, PhysAddr at) noexcept {
    Region upper = regions()[index];
    upper.range.begin = at;
    if (!regions_.insert(index + 1, upper)) return false;
    regions_.items()[index].range.end = at;
    return true;
}

/// Joins neighbours that touch and differ in nothing.
void MemoryMap::merge() noexcept {
    for (usize i = 1; i < regions_.size();) {
        Region& lower = regions_.items()[i - 1];
        const Region upper = regions()[i];
        if (lower.range.end != upper.range.begin || lower.use != upper.use ||
            lower.name != upper.name) {
            ++i;
            continue;
        }
        lower.range.end = upper.range.end;
        regions_.erase(i);
    }
}

namespace {

using Regions = std::span<const Region>;

bool are_whole_pages(const Regions& regions) noexcept {
    return std::ranges::all_of(regions, [](const Region& region) {
        const auto [begin, end] = region.range;
        return begin < end && begin.aligned(page_bits) && end.aligned(page_bits);
    });
}

bool ascend(const Regions& regions) noexcept {
    const auto overlap = [](const Region& a, const Region& b) {
        return b.range.begin < a.range.end;
    };
    return std::ranges::adjacent_find(regions, overlap) == regions.end();
}

constexpr std::array region_invariants{
    Invariant<Regions>{"memory regions are whole pages", are_whole_pages},
    Invariant<Regions>{"memory regions ascend and do not overlap", ascend},
};

} // namespace

void check_every_invariant(Regions regions) noexcept {
    check_invariants<Regions>(regions, region_invariants);
}

namespace {

/// Says at which node it was that something went wrong.
TreeResult<Ok> at(const Node& node, TreeResult<Ok> outcome) noexcept {
    if (!outcome) return node.fault(outcome.error().what);
    return outcome;
}

TreeResult<Ok> read_ram(const Node& memory, MemoryMap& map) noexcept {
    for (usize i = 0; i < memory.reg_count(); ++i) {
        const PhysRange ram = K_TRY(memory.reg(i));
        K_TRY(at(memory, map.add_ram(ram)));
    }
    return Ok{};
}

/// A node without `reg` asks for memory but does not place it: there is nothing to keep clear of.
TreeResult<Ok> read_reserved(const Node& node, MemoryMap& map) noexcept {
    const Use use = node.property("no-map") ? Use::Unmapped : Use::Reserved;
    for (usize i = 0; i < node.reg_count(); ++i) {
        const PhysRange range = K_TRY(node.reg(i));
        K_TRY(at(node, map.claim(range, use, node.name())));
    }
    return Ok{};
}

} // namespace

TreeResult<Ok> read_memory(const DeviceTree& tree, MemoryMap& map) noexcept {
    for (auto node = tree.root().first_child(); node; node = node->next_sibling())
        if (node->text("device_type") == "memory" && node->enabled()) K_TRY(read_ram(*node, map));
    if (map.regions().empty()) return Unexpected{TreeError{"names no memory"}};

    for (usize i = 0; i < tree.reservations(); ++i) {
        const PhysRange range = K_TRY(tree.reservation(i));
        K_TRY(map.claim(range, Use::Firmware));
    }
    auto node = tree.find("/reserved-memory");
    for (node = node ? node->first_child() : node; node; node = node->next_sibling())
        if (node->enabled()) K_TRY(read_reserved(*node, map));
    return Ok{};
}

TreeResult<Ok> claim_loaded(MemoryMap& map, PhysRange image, PhysRange tree,
                            std::optional<PhysRange> initrd) noexcept {
    if (!map.covers(image)) return Unexpected{TreeError{"has no memory where the kernel is"}};
    if (tree.overlaps(image)) return Unexpected{TreeError{"lies upon the kernel"}};
    K_TRY(map.claim(image, Use::Image));
    K_TRY(map.claim(tree, Use::Tree));
    if (!initrd) return Ok{};
    if (!map.covers(*initrd)) return Unexpected{TreeError{"puts the initrd where no memory is"}};
    if (initrd->overlaps(image) || initrd->overlaps(tree))
        return Unexpected{TreeError{"puts the initrd upon the kernel or the tree"}};
    return map.claim(*initrd, Use::Initrd);
}

} // namespace k
