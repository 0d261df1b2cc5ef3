/// \file
/// Send, NBSend and Call: the system calls that use a capability.
#pragma once

#include "ipc/rendezvous.hpp"
#include "lifecycle/kernel_objects.hpp"
#include "state/kernel_exit.hpp"
#include "syscall/lookup.hpp"

namespace k {

/// Sends the message in `caller`'s registers and buffer to the capability that it names. A fault is
/// for the caller of this function to hide from a thread that is not to know of any.
[[nodiscard]] Expected<KernelExit, CapFault> send(Tcb& caller, SendMode mode,
                                                  KernelObjects& kernel) noexcept;

} // namespace k
