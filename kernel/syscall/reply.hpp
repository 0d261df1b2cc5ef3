/// \file
/// How the kernel answers a thread.
#pragma once

#include "object/tcb.hpp"
#include "syscall/error.hpp"

#include <span>

namespace k {

/// Answers a Call: a label and words. Registers beyond the words keep their values.
void reply(Tcb& caller, u64 label, std::span<const u64> words) noexcept;

/// Answers a Call with an error, or that it has been done.
template <class T>
void reply(Tcb& caller, const Result<T>& outcome) noexcept {
    if (outcome)
        reply(caller, static_cast<u64>(abi::Error::NoError), {});
    else
        reply(caller, static_cast<u64>(outcome.error().code), outcome.error().words.items());
}

} // namespace k
