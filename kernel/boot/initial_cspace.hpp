/// \file
/// The capabilities that the first program begins with.
#pragma once

#include "abi/boot_info.hpp"
#include "boot/refusal.hpp"
#include "boot/survey.hpp"
#include "object/slot.hpp"

#include <span>

namespace k {

/// How much of each thing there is that the first program gets a row of slots for.
struct SlotCounts {
    u64 tables;      ///< below the root, upper levels first
    u64 extra_pages; ///< of BootInfo
    u64 image_pages;
};

/// The memory of the first program's CNode.
inline constexpr u64 root_cnode_bytes = bit(abi::root_cnode_bits + abi::slot_bits);

/// The first program's CNode, as boot fills it. seL4 manual, "Initial Thread's Environment".
class InitialCSpace {
  public:
    /// Makes a CNode of the memory at `memory`, with the capability to it in its slot.
    explicit InitialCSpace(PhysAddr memory) noexcept;

    /// Says in BootInfo which row of slots is for what, and fills that of the untypeds, which are
    /// all that is left: boot takes no more memory from now on.
    [[nodiscard]] OrRefusal<Ok> assign_slots(abi::BootInfo& info, const SlotCounts& counts,
                                             const BootState& boot) noexcept;

    [[nodiscard]] Slot& operator[](abi::InitialSlot which) const noexcept {
        return slots_[static_cast<usize>(which)];
    }

    [[nodiscard]] Slot& operator[](u64 cptr) const noexcept { return slots_[cptr]; }

    [[nodiscard]] std::span<const Slot> slots() const noexcept { return slots_; }

  private:
    std::span<Slot> slots_;
};

} // namespace k
