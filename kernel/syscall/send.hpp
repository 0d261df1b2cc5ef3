/// \file
/// Send, NBSend and Call: the system calls that use a capability.
#pragma once

#include "base/result.hpp"
#include "lifecycle/kernel_objects.hpp"
#include "object/lookup_failure.hpp"
#include "state/kernel_exit.hpp"

namespace k {

/// A thread used a CPtr that leads nowhere.
struct CapFault {
    u64 cptr;
    LookupFailure failure;
};

/// What a sender wants to know of what becomes of its message.
enum class SendMode : u8 {
    Send,   ///< nothing, unless a CPtr in it leads nowhere
    NBSend, ///< nothing at all
    Call,   ///< it waits for an answer
};

/// Sends the message in `caller`'s registers and buffer to the capability that it names.
[[nodiscard]] Expected<KernelExit, CapFault> send(Tcb& caller, SendMode mode,
                                                  KernelObjects& kernel) noexcept;

} // namespace k
