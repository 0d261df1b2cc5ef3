/// \file
/// Recv and NBRecv: the system calls that wait for something, or see whether it is there.
#pragma once

#include "sched/scheduler.hpp"
#include "syscall/lookup.hpp"

namespace k {

/// Receives through the capability that `receiver` names.
/// \param blocking  whether it waits if there is nothing
[[nodiscard]] Expected<Ok, CapFault> receive(Tcb& receiver, bool blocking,
                                             Scheduler& scheduler) noexcept;

} // namespace k
