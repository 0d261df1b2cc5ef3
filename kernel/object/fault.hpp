/// \file
/// What keeps a thread from going on. seL4 manual, "Faults".
#pragma once

#include "arch/esr.hpp"
#include "object/lookup_failure.hpp"

#include <variant>

namespace k {

/// A CPtr of a system call led nowhere, or to what is of no use there.
struct CapFault {
    u64 cptr;
    LookupFailure failure;
    bool receiving = false; ///< it was to be received from
};

/// There is no system call of this number.
struct UnknownSyscall {
    u64 number;
};

/// An address is not mapped, or not for that.
struct VmFault {
    u64 address;
    bool prefetch; ///< of an instruction
    arch::Esr esr;
};

/// The processor has refused an instruction for any other reason.
struct UserException {
    arch::Esr esr;
};

/// Why a thread waits for its fault handler; nothing if it does not. What the handler wants to know
/// besides is in the thread's registers, as long as it waits.
using Fault = std::variant<std::monostate, VmFault, UnknownSyscall, UserException, CapFault>;

} // namespace k
