/// \file
/// System calls for whoever looks for mistakes. Release builds have none of them.
#pragma once

#include "abi/syscalls.hpp"
#include "state/kernel_exit.hpp"
#include "state/kernel_state.hpp"

namespace k {

#if K_DEBUG_CALLS

/// Writes the low byte of x0 on the console. \n is sent as the kernel's own are.
KernelExit debug_put_char(const Tcb& caller) noexcept;

/// Puts the type of the capability that x0 names into x0; 0 if it names none.
KernelExit debug_cap_identify(Tcb& caller) noexcept;

/// Gives the thread whose capability x0 names the name in the caller's IPC buffer. Stops the
/// machine if there is no such thread or no such name: the interface has no other way to say so.
KernelExit debug_name_thread(Tcb& caller) noexcept;

/// Says which thread runs, and which ones could.
KernelExit debug_dump_scheduler(const Scheduler& scheduler) noexcept;

/// Says how long timer interrupts have had to wait for the kernel, as far as it can tell.
KernelExit debug_snapshot(const KernelState& state) noexcept;

#endif

} // namespace k
