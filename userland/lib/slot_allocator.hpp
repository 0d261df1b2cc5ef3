/// \file
/// Which slots of the root task's CNode are free.
#pragma once

#include "abi/boot_info.hpp"
#include "abi/limits.hpp"

#include <array>
#include <optional>

namespace user {

using k::u64;

/// Gives out slots of one CNode, and takes them back. It knows of no capabilities: who gives a slot
/// back has emptied it.
class SlotAllocator {
  public:
    /// \param empty  the slots that may be given out
    constexpr explicit SlotAllocator(k::abi::SlotRange empty) noexcept;

    /// The first of `count` free slots side by side; nothing when there are not that many.
    [[nodiscard]] std::optional<u64> take(u64 count = 1) noexcept;

    /// \pre `first` and the `count` - 1 slots behind it have been taken
    void give_back(u64 first, u64 count = 1) noexcept;

    /// How many are free.
    [[nodiscard]] u64 free() const noexcept { return free_; }

  private:
    static constexpr u64 word_bits = 64;

    [[nodiscard]] constexpr bool taken(u64 slot) const noexcept {
        return (taken_[slot / word_bits] & k::bit(slot % word_bits)) != 0;
    }

    constexpr void flip(u64 slot) noexcept { taken_[slot / word_bits] ^= k::bit(slot % word_bits); }

    k::abi::SlotRange range_;
    u64 free_;
    std::array<u64, (u64{1} << k::abi::root_cnode_bits) / word_bits> taken_{};
};

constexpr SlotAllocator::SlotAllocator(k::abi::SlotRange empty) noexcept
    : range_{empty}, free_{empty.end - empty.begin} {}

} // namespace user
