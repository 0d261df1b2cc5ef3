/// \file
/// All mutable state of the kernel itself. (User-visible objects live in memory that users gave.)
#pragma once

#include "base/address.hpp"
#include "dev/pl011.hpp"
#include "dev/psci.hpp"

namespace k {

struct KernelState {
    dev::Pl011 console;
    dev::Psci firmware;
    Range<PhysAddr> image{}; ///< where firmware put the kernel, bss and stack included
};

/// Checks the invariants of the whole state, in builds that do. Called between events.
void check_invariants(const KernelState& state) noexcept;

} // namespace k
