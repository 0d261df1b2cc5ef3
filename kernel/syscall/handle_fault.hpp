/// \file
/// What becomes of a thread that cannot go on.
#pragma once

#include "sched/scheduler.hpp"

namespace k {

/// Has somebody deal with the fault that `thread` has: its fault handler is told, and the thread
/// waits for the answer. One that has no handler stops; a debug build says so on the console.
/// \param pc  the instruction that it could not execute, or the SVC
void handle_fault(Scheduler& scheduler, Tcb& thread, u64 pc) noexcept;

} // namespace k
