/// \file
/// All mutable state of the kernel itself. (User-visible objects live in memory that users gave.)
#pragma once

#include "base/address.hpp"
#include "base/invariant.hpp"
#include "dev/pl011.hpp"
#include "dev/psci.hpp"

namespace k {

struct KernelState {
    dev::Pl011 console;
    dev::Psci firmware;
    Range<PhysAddr> image{}; ///< where firmware put the kernel, bss and stack included
};

/// Panics with the name of the first invariant of the state that does not hold.
void check_every_invariant(const KernelState& state) noexcept;

/// The same in builds that check invariants, and nothing in others. Called between events.
inline void check_invariants([[maybe_unused]] const KernelState& state) noexcept {
    if constexpr (invariants_checked) check_every_invariant(state);
}

} // namespace k
