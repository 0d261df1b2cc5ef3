/// \file
/// System calls.
#pragma once

#include "state/kernel_exit.hpp"
#include "state/kernel_state.hpp"

namespace k {

/// Does what the current thread asks for: the number is all of x7. Registers that a call puts no
/// result into stay as they are.
KernelExit handle_system_call(KernelState& state) noexcept;

} // namespace k
