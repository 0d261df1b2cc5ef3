/// \file
/// The core's cycle counter, brought into step with the timer's.
#pragma once

#include "base/types.hpp"

namespace k::dev {

/// Tells how many cycles ago something happened of which only the timer knows when.
///
/// In QEMU's emulation with `-icount shift=0`, every instruction is one cycle and sleep passes as
/// fast. On a board cycles are not instructions, and the counter may stand still while the core
/// sleeps.
class CycleClock {
  public:
    /// Whether this core has a cycle counter.
    [[nodiscard]] static bool available() noexcept;

    /// Switches the cycle counter on and compares it with the timer's for a moment.
    /// \pre available
    void start() noexcept;

    [[nodiscard]] static u64 now() noexcept;

    /// What the cycle counter showed when the timer's counter came to `count`.
    [[nodiscard]] u64 at(u64 count) const noexcept {
        return edge_.cycles + (count - edge_.count) * cycles_per_count_;
    }

  private:
    /// A moment at which the timer's counter changed.
    struct Edge {
        u64 count;
        u64 cycles;
    };

    [[nodiscard]] static Edge next_edge() noexcept;

    Edge edge_{};
    u64 cycles_per_count_ = 0;
};

} // namespace k::dev
