/// \file
/// Between a thread's exception and the next thread's first instruction.
#pragma once

#include "arch/vector.hpp"
#include "state/kernel_exit.hpp"
#include "state/kernel_state.hpp"

namespace k {

/// Deals with an exception that is no interrupt: a system call, a fault, an SError.
/// \pre the current thread ran into it, and its registers are in its context
KernelExit handle_exception(KernelState& state, arch::Vector::Event event) noexcept;

/// The registers to leave the kernel with: those of the thread that the scheduler has chosen. Where
/// no thread can run, this is the end.
const arch::UserContext& next_context(KernelState& state, KernelExit exit) noexcept;

} // namespace k
