/// \file
/// How the kernel is left after an event.
#pragma once

#include "base/types.hpp"

namespace k {

/// What a handler has decided. Nobody but next_context() acts on it, so no way out of the kernel
/// can forget to, and a test can look at the decision.
enum class [[nodiscard]] KernelExit : u8{
    Resume,     ///< the current thread goes on
    Reschedule, ///< the current thread cannot go on: another one has to
    Preempted,  ///< an interrupt is let in; then the current thread makes its call again
    PowerOff,   ///< the machine is to be turned off
};

} // namespace k
