/// \file
/// How the kernel is left after an event.
#pragma once

#include "base/types.hpp"

namespace k {

/// What a handler has decided. Nobody but next_context() acts on it, so no way out of the kernel
/// can forget to, and a test can look at the decision.
enum class [[nodiscard]] KernelExit : u8{
    Resume,    ///< the scheduler says who goes on
    Preempted, ///< likewise, once an interrupt has been let in; the current thread makes its call
               ///< again
    PowerOff,  ///< the machine is to be turned off
};

} // namespace k
