#include "boot/initial_cspace.hpp"

#include "boot/untyped_list.hpp"
#include "object/cnode.hpp"
#include "object/derivation.hpp"
#include "object/untyped.hpp"

namespace k {

namespace {

constexpr u64 cnode_slots = bit(abi::root_cnode_bits);
constexpr u64 cnode_bytes = cnode_slots * sizeof(Slot);
static_assert(cnode_bytes % page_bytes == 0);

/// Hands out slots, one range after the other.
class SlotRanges {
  public:
    [[nodiscard]] abi::SlotRange take(u64 count) noexcept {
        const abi::SlotRange taken{next_, next_ + count};
        next_ = taken.end;
        return taken;
    }

    [[nodiscard]] abi::SlotRange rest() const noexcept { return {next_, cnode_slots}; }

  private:
    u64 next_ = static_cast<u64>(abi::InitialSlot::End);
};

/// How many spans of 2^bits bytes hold a part of `range`.
u64 spans(VirtRange range, unsigned bits) noexcept {
    return (range.end.align_up(bits) - range.begin.align_down(bits)) >> bits;
}

/// How many tables it takes below the root to map `range` page by page.
u64 tables(VirtRange range) noexcept {
    u64 count = 0;
    for (const auto level : {arch::Level::L0, arch::Level::L1, arch::Level::L2})
        count += spans(range, arch::span_bits(level));
    return count;
}

/// One of 64 bits with the radix, so that a CPtr is the number of a slot.
Capability cnode_capability(PhysAddr memory) noexcept {
    using abi::CNodeData;
    const auto guard =
        CNodeData{}.with(CNodeData::guard_size, abi::word_bits - abi::root_cnode_bits);
    return Cap<CNode>::make(memory, abi::root_cnode_bits, guard);
}

/// Boot leaves anything at all in memory, so it counts as used until the first Retype clears it.
Capability untyped_capability(const abi::UntypedDescription& piece) noexcept {
    return Cap<Untyped>::make(PhysAddr{piece.address}, piece.size_bits, piece.is_device != 0,
                              bit(piece.size_bits));
}

/// Assigns slots to what programs get sooner or later. Those of frames and tables are empty so far.
void describe_slots(abi::BootInfo& info, const UserLayout& layout, u64 untypeds) noexcept {
    SlotRanges ranges;
    info.cnode_bits = abi::root_cnode_bits;
    info.user_image_paging = ranges.take(tables(layout.all()));
    info.extra_pages = ranges.take(spans(layout.extra_pages, page_bits));
    info.user_image_frames = ranges.take(spans(layout.image, page_bits));
    info.untyped = ranges.take(untypeds);
    info.empty = ranges.rest();
}

} // namespace

OrRefusal<Ok> make_initial_cspace(const RootTask& task, BootState& boot,
                                  abi::BootInfo& info) noexcept {
    const auto memory = boot.allocator->take_pages(cnode_bytes / page_bytes);
    if (!memory) return no_memory_left();
    const auto untypeds = list_untypeds(boot.memory, boot.devices, info.untypeds);
    describe_slots(info, task.layout, untypeds.size());
    if (info.untyped.end > cnode_slots)
        return refuse("the root task needs {} slots in its CNode, which has {}", info.untyped.end,
                      cnode_slots);

    const Capability cnode = cnode_capability(memory->begin);
    const auto slots = cnode.as<CNode>()->slots();
    Slot& own = slots[static_cast<usize>(abi::InitialSlot::InitThreadCNode)];
    plant(own, cnode);
    derive(task.thread->slot(ThreadSlot::CSpaceRoot), cnode, own, Birth::Copy);
    for (usize i = 0; i < untypeds.size(); ++i)
        plant(slots[info.untyped.begin + i], untyped_capability(untypeds[i]));
    return Ok{};
}

} // namespace k
