/// \file
/// All mutable state of the kernel itself. (User-visible objects live in memory that users gave.)
#pragma once

#include "base/address.hpp"
#include "base/histogram.hpp"
#include "base/invariant.hpp"
#include "dev/cycle_clock.hpp"
#include "dev/gic.hpp"
#include "dev/pl011.hpp"
#include "dev/psci.hpp"
#include "dev/ticker.hpp"
#include "lifecycle/kernel_objects.hpp"

#include <optional>

namespace k {

struct KernelState {
    std::optional<dev::Pl011> console{}; ///< none until the device tree has said where it is
    dev::Psci firmware;
    u32 panics = 0;                ///< more than one: a panic's own fault
    std::optional<dev::Gic> gic{}; ///< none until its registers are mapped
    u32 timer_interrupt = 0;       ///< the timer's number there
    u64 spurious_interrupts = 0;
    u64 unexpected_interrupts = 0;
    dev::Ticker ticks{};
    std::optional<dev::CycleClock> cycles{}; ///< none if this core has no cycle counter
    Histogram latency{}; ///< of ticks: cycles from the alarm's count to the handler
    PhysRange image{};   ///< where firmware put the kernel, bss and stack included
    KernelObjects objects{};
    u64 census_every = 0; ///< events, until invariants/ are checked again; 0: never
    u64 since_census = 0; ///< events
};

/// Panics with the name of the first invariant of the state that does not hold.
void check_every_invariant(const KernelState& state) noexcept;

/// The same in builds that check invariants, and nothing in others. Called between events.
inline void check_invariants([[maybe_unused]] const KernelState& state) noexcept {
    if constexpr (invariants_checked) check_every_invariant(state);
}

/// Panics if an invariant of all that there is does not hold, if it is time to look at that again.
void check_everything_in_time(KernelState& state) noexcept;

/// The same in builds that check invariants, and nothing in others. Called after each event.
inline void take_census([[maybe_unused]] KernelState& state) noexcept {
    if constexpr (invariants_checked) check_everything_in_time(state);
}

} // namespace k
