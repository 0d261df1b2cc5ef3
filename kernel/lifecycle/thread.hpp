/// \file
/// What happens to threads from outside: they are stopped, set going again, and die.
#pragma once

#include "lifecycle/kernel_objects.hpp"

namespace k {

/// Nothing happens to the thread any more until it is resumed.
void suspend(Tcb& thread, KernelObjects& kernel) noexcept;

/// Makes the thread run if it does not: whatever it was waiting for, it goes on without.
void resume(Tcb& thread, KernelObjects& kernel) noexcept;

/// The last capability to the thread is going. Its slots are still to be emptied.
void end(Tcb& thread, KernelObjects& kernel) noexcept;

} // namespace k
