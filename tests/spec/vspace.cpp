#include "vspace.hpp"

#include "derivation.hpp"
#include "invocation.hpp"

#include <algorithm>
#include <iterator>

namespace spec {

namespace {

/// log2 of what an entry of each table covers, from the root down.
constexpr std::array<Word, 4> levels{39, 30, 21, 12};

/// Where the walk for an address ends: at the first entry that holds no table.
Word level_reached(const VSpace& vspace, Word address) {
    return *std::ranges::find_if(levels, [&](Word bits) {
        return !vspace.tables.contains({bits, address & ~low_bits(bits)});
    });
}

/// The page in an entry, if there is one.
const Page* page_in(const VSpace& vspace, Word bits, Word address) {
    const auto found = vspace.pages.find(address & ~low_bits(bits));
    return found != vspace.pages.end() && found->second.bits == bits ? &found->second : nullptr;
}

/// The entry that a frame capability's mapping made, if it is still there.
const Page* mapped_page(const World& world, const FrameCap& frame) {
    if (!frame.mapping) return nullptr;
    const auto vspace = vspace_of(world, frame.mapping->asid);
    if (!vspace) return nullptr;
    const Page* page = page_in(world.vspaces.at(*vspace), frame.bits, frame.mapping->address);
    return page != nullptr && page->frame == frame.address ? page : nullptr;
}

} // namespace

std::optional<Name> vspace_of(const World& world, Word asid) {
    const auto pool = world.pool_at.find(asid >> 9);
    if (pool == world.pool_at.end()) return std::nullopt;
    const auto& vspaces = world.pools.at(pool->second).vspaces;
    const auto found = vspaces.find(asid & low_bits(9));
    return found == vspaces.end() ? std::nullopt : std::optional{found->second};
}

Name live_vspace(const World& world, const VSpaceCap& argument, Word blame) {
    const auto live = vspace_of(world, argument.asid.value());
    if (!live) throw failed_lookup(false, {InvalidRoot});
    if (*live != argument.vspace) throw Refusal{InvalidCapability, {blame}};
    return *live;
}

std::optional<VSpaceCap> space_of(const World& world, Name thread) {
    const Capability held = capability_in(world, slot_of(thread, ThreadSlot::VSpace));
    const auto* vspace = std::get_if<VSpaceCap>(&held);
    const bool lives =
        vspace != nullptr && vspace->asid && vspace_of(world, *vspace->asid) == vspace->vspace;
    return lives ? std::optional{*vspace} : std::nullopt;
}

std::optional<std::pair<Word, Page>> page_at(const VSpace& vspace, Word address) {
    if (address > user_top) return std::nullopt;
    const Word bits = level_reached(vspace, address);
    const Page* page = page_in(vspace, bits, address);
    if (page == nullptr) return std::nullopt;
    return std::pair{address & ~low_bits(bits), *page};
}

void unmap_page(World& world, const FrameCap& frame) {
    if (mapped_page(world, frame) == nullptr) return;
    const Name vspace = *vspace_of(world, frame.mapping->asid);
    world.vspaces.at(vspace).pages.erase(frame.mapping->address);
}

void unmap_table(World& world, const PageTableCap& capability) {
    if (!capability.mapping) return;
    const auto name = vspace_of(world, capability.mapping->asid);
    if (!name) return;
    VSpace& vspace = world.vspaces.at(*name);
    const auto entry = std::ranges::find_if(
        vspace.tables, [&](const auto& table) { return table.second == capability.table; });
    if (entry == vspace.tables.end()) return;
    const std::pair<Word, Word> place = entry->first;
    const auto covered = [&place](Word address) {
        return (address & ~low_bits(place.first)) == place.second;
    };
    std::erase_if(vspace.tables, [&](const auto& table) {
        return table.first.first <= place.first && covered(table.first.second);
    });
    std::erase_if(vspace.pages, [&](const auto& page) { return covered(page.first); });
}

void destroy_vspace(World& world, const VSpaceCap& last) {
    world.vspaces.erase(last.vspace);
    if (!last.asid || vspace_of(world, *last.asid) != last.vspace) return;
    world.pools.at(world.pool_at.at(*last.asid >> 9)).vspaces.erase(*last.asid & low_bits(9));
}

/// The VSpaces in it are "already assigned": they get no other ASID, and nobody sees any more what
/// is in them.
void destroy_pool(World& world, const AsidPoolCap& last) {
    for (const auto& [entry, vspace] : world.pools.at(last.pool).vspaces) {
        world.vspaces.at(vspace) = {};
    }
    world.pools.erase(last.pool);
    world.pool_at.erase(last.index);
}

namespace {

/// The VSpace that Map is given, still to be found live. "VSpace argument is none or has no ASID:
/// IC(1)."
VSpaceCap assigned_argument(const Invocation& call) {
    const auto* vspace = std::get_if<VSpaceCap>(&call.arguments[0].capability);
    if (vspace == nullptr || !vspace->asid) throw Refusal{InvalidCapability, {1}};
    return *vspace;
}

void map_table(World& world, const Invocation& call, const PageTableCap& table) {
    call.needs(2, 1);
    if (table.mapping) throw Refusal{InvalidCapability, {0}};
    const VSpaceCap argument = assigned_argument(call);
    const Word address = call.words[0];
    if (address > user_top) throw Refusal{InvalidArgument, {0}};
    VSpace& vspace = world.vspaces.at(live_vspace(world, argument, 1));
    const Word bits = level_reached(vspace, address);
    if (bits == levels.back() || page_in(vspace, bits, address) != nullptr) {
        throw Refusal{DeleteFirst};
    }

    const Word first = address & ~low_bits(bits);
    vspace.tables[{bits, first}] = table.table;
    world.slots.at(call.slot).capability =
        PageTableCap{table.table, Mapping{*argument.asid, first}};
}

/// "Capability already mapped: in another ASID IC(1), at another address IA(0); not mapped: end of
/// the page > user top: IA(0)."
void check_place(const FrameCap& frame, const Mapping& wanted) {
    if (!frame.mapping) {
        if (wanted.address + low_bits(frame.bits) > user_top) throw Refusal{InvalidArgument, {0}};
        return;
    }
    if (frame.mapping->asid != wanted.asid) throw Refusal{InvalidCapability, {1}};
    if (frame.mapping->address != wanted.address) throw Refusal{InvalidArgument, {0}};
}

/// "Rights of the mapping = capability's rights masked with the argument"; the attributes are
/// ABI.md's, "Object types and sizes".
void map_page(World& world, const Invocation& call, const FrameCap& frame) {
    call.needs(3, 1);
    const VSpaceCap argument = assigned_argument(call);
    VSpace& vspace = world.vspaces.at(live_vspace(world, argument, 1));
    const Mapping wanted{*argument.asid, call.words[0]};
    if ((wanted.address & low_bits(frame.bits)) != 0) throw Refusal{AlignmentError};
    check_place(frame, wanted);
    const Word reached = level_reached(vspace, wanted.address);
    if (reached != frame.bits) throw failed_lookup(false, {MissingCapability, {reached}});

    const Word attributes = call.words[2];
    vspace.pages[wanted.address] = {.frame = frame.address,
                                    .bits = frame.bits,
                                    .access =
                                        masked(frame.access, Rights::from_word(call.words[1])),
                                    .cacheable = (attributes & 1) != 0,
                                    .executable = (attributes & 4) == 0};
    std::get<FrameCap>(world.slots.at(call.slot).capability).mapping = wanted;
}

/// Cache operations change nothing that the model knows; only their checks matter.
void check_page_cache_operation(const World& world, const Invocation& call, const FrameCap& frame) {
    call.needs(2);
    const auto [start, end] = std::pair{call.words[0], call.words[1]};
    if (!frame.mapping) throw Refusal{IllegalOperation};
    if (!vspace_of(world, frame.mapping->asid)) throw failed_lookup(false, {InvalidRoot});
    if (end <= start) throw Refusal{InvalidArgument, {1}};
    const Word size = Word{1} << frame.bits;
    if (start >= size || end > size) throw Refusal{InvalidArgument, {0}};
    const Page* page = mapped_page(world, frame);
    if (page == nullptr) throw Refusal{InvalidCapability, {0}};
    if (call.method == Method::PageInvalidateData && page->access != Access::ReadWrite) {
        throw Refusal{IllegalOperation};
    }
}

} // namespace

Words invoke_page_table(World& world, const Invocation& call, const PageTableCap& table) {
    if (call.method == Method::PageTableMap) {
        map_table(world, call, table);
    } else if (call.method == Method::PageTableUnmap) {
        if (holders(world, table.table) > 1) throw Refusal{RevokeFirst};
        unmap_table(world, table);
        world.slots.at(call.slot).capability = PageTableCap{table.table, {}};
    } else {
        throw Refusal{IllegalOperation};
    }
    return {};
}

Words invoke_frame(World& world, const Invocation& call, const FrameCap& frame) {
    if (call.method < Method::PageMap || call.method > Method::PageGetAddress) {
        throw Refusal{IllegalOperation};
    }
    if (call.method == Method::PageGetAddress) return {frame.address};
    if (call.method == Method::PageMap) {
        map_page(world, call, frame);
    } else if (call.method == Method::PageUnmap) {
        unmap_page(world, frame);
        std::get<FrameCap>(world.slots.at(call.slot).capability).mapping.reset();
    } else {
        check_page_cache_operation(world, call, frame);
    }
    return {};
}

Words invoke_vspace(const World& world, const Invocation& call, const VSpaceCap& vspace) {
    if (call.method < Method::VSpaceCleanData || call.method > Method::VSpaceUnifyInstruction) {
        throw Refusal{IllegalOperation};
    }
    call.needs(2);
    const auto [start, end] = std::pair{call.words[0], call.words[1]};
    if (end <= start) throw Refusal{InvalidArgument, {1}};
    if (end > user_top) throw Refusal{IllegalOperation};
    if (!vspace.asid) throw Refusal{InvalidCapability, {0}};
    const auto found = page_at(world.vspaces.at(live_vspace(world, vspace, 0)), start);
    if (!found) return {}; // "start not mapped by a page: success, nothing done"
    const auto& [first, page] = *found;
    const Word last = first + low_bits(page.bits);
    if (end - 1 > last) throw Refusal{RangeError, {start, last}};
    if (call.method == Method::VSpaceInvalidateData && page.access != Access::ReadWrite) {
        throw Refusal{IllegalOperation};
    }
    return {};
}

} // namespace spec
