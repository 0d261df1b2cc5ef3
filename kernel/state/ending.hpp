/// \file
/// How a run ends. Portable, so that the tests can watch the devices while it does.
#pragma once

#include "state/kernel_state.hpp"

namespace k {

/// Called first by whoever panics. A second call is a panic's own fault and ends the run, as does
/// each further one, with less and less that could be at fault.
void begin_panic(KernelState& state) noexcept;

/// Turns the machine off, after all that was written has been sent.
[[noreturn]] void power_off(const KernelState& state) noexcept;

} // namespace k
