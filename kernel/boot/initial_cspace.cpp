#include "boot/initial_cspace.hpp"

#include "boot/untyped_list.hpp"
#include "object/cnode.hpp"
#include "object/derivation.hpp"
#include "object/untyped.hpp"

namespace k {

namespace {

constexpr u64 cnode_slots = bit(abi::root_cnode_bits);

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

} // namespace

InitialCSpace::InitialCSpace(PhysAddr memory) noexcept
    : slots_{cnode_capability(memory).as<CNode>()->slots()} {
    plant((*this)[abi::InitialSlot::InitThreadCNode], cnode_capability(memory));
}

OrRefusal<Ok> InitialCSpace::assign_slots(abi::BootInfo& info, const SlotCounts& counts,
                                          const BootState& boot) noexcept {
    const auto untypeds = list_untypeds(boot.memory, boot.devices, info.untypeds);
    SlotRanges ranges;
    info.cnode_bits = abi::root_cnode_bits;
    info.user_image_paging = ranges.take(counts.tables);
    info.extra_pages = ranges.take(counts.extra_pages);
    info.user_image_frames = ranges.take(counts.image_pages);
    info.untyped = ranges.take(untypeds.size());
    info.empty = ranges.rest();
    if (info.untyped.end > cnode_slots)
        return refuse("the root task needs {} slots in its CNode, which has {}", info.untyped.end,
                      cnode_slots);
    for (usize i = 0; i < untypeds.size(); ++i)
        plant(slots_[info.untyped.begin + i], untyped_capability(untypeds[i]));
    return Ok{};
}

} // namespace k
