/// \file
/// The end of a thread that did what nobody can deal with.
#pragma once

#include "arch/esr.hpp"
#include "sched/scheduler.hpp"
#include "state/kernel_exit.hpp"
#include "syscall/send.hpp"

namespace k {

/// Stops `thread` for a fault, and says on the console what it was and where.
/// \param esr, far  what ESR_EL1 and FAR_EL1 said of it
KernelExit kill_for_fault(Scheduler& scheduler, Tcb& thread, arch::Esr esr, u64 far) noexcept;

/// Stops `thread`, which has just sent a message with a CPtr that leads nowhere.
KernelExit kill_for_cap_fault(Scheduler& scheduler, Tcb& thread, const CapFault& fault) noexcept;

/// Stops `thread`, which has just asked for a system call that there is not.
KernelExit kill_for_call(Scheduler& scheduler, Tcb& thread) noexcept;

} // namespace k
