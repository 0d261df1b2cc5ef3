/// \file
/// When it is which domain's turn. seL4 manual, "Domains".
#pragma once

#include "abi/limits.hpp"
#include "base/bitfield.hpp"

#include <array>

namespace k {

/// The turns of domains, one after the other from the start to the end and again. In a kernel with
/// one domain that is always the one whose turn it is, so nobody has to look here to know.
class DomainSchedule {
  public:
    /// A turn; one without ticks marks the end.
    struct Turn {
        u8 domain = 0;
        u64 ticks = 0;
    };

    static constexpr u64 most_ticks = bit(56) - 1;

    [[nodiscard]] const Turn& turn(usize index) const noexcept { return turns_[index]; }

    [[nodiscard]] usize start() const noexcept { return start_; }

    /// \pre the last turn stays the end, and the one at the start none
    void set(usize index, Turn turn) noexcept {
        K_ASSERT(index != turns_.size() - 1 && (index != start_ || turn.ticks != 0));
        turns_[index] = turn;
    }

    /// \pre there is no end at `index`
    void set_start(usize index) noexcept {
        K_ASSERT(turns_[index].ticks != 0);
        start_ = index;
    }

  private:
    std::array<Turn, abi::domain_schedule> turns_{Turn{0, most_ticks}};
    usize start_ = 0;
};

} // namespace k
