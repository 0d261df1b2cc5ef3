/// \file
/// The kernel put together for the machine that it runs on.
#pragma once

#include "state/kernel_state.hpp"

namespace k {

/// The one instance. Constant-initialised: it is whole before the first C++ instruction runs.
extern constinit KernelState kernel_state;

} // namespace k
