/// \file
/// Ticks: something to do at a steady pace, out of alarms that ring once.
#pragma once

#include "base/random.hpp"

#include <optional>

namespace k::dev {

/// Counts ticks while it runs. A kernel that needs none stops it and is left in peace: there is
/// never an alarm that nobody is waiting for.
class Ticker {
  public:
    /// The first tick is due a `period`, in counts of the timer, from now.
    /// \pre period > 0
    void start(u64 period) noexcept;

    /// From the next alarm on each comes late by a pseudo-random part of half a period: code meets
    /// its interrupts elsewhere than usual, yet in the same places for the same seed.
    void set_jitter(u64 seed) noexcept { jitter_.emplace(seed); }

    void stop() const noexcept;

    /// Counts the tick whose alarm rang, and sets the alarm of the next.
    /// \pre running, and the timer's interrupt is being handled
    void ring() noexcept;

    [[nodiscard]] u64 count() const noexcept { return count_; }

  private:
    void set_alarm() noexcept;

    u64 period_ = 0;
    u64 due_ = 0; ///< the next tick, jitter aside
    u64 count_ = 0;
    std::optional<Random> jitter_{};
};

} // namespace k::dev
