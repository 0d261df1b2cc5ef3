/// \file
/// What an invocation comes to: a value, or why the kernel refused it.
#pragma once

#include "abi/names.hpp"
#include "base/format.hpp"
#include "base/result.hpp"

#include <sel4/sel4.h>

namespace user {

using k::u64;
using k::u8;

/// Why the kernel refused an invocation: the error, and the words that came with it.
struct Refusal {
    k::abi::Error error;
    std::array<u64, 5> words;

    /// Says it as people do: `RangeError: 1 to 64`.
    void describe(k::TextOut out) const noexcept;

    /// The last three words of a FailedLookup.
    [[nodiscard]] k::abi::LookupFailureType lookup_failure() const noexcept {
        return static_cast<k::abi::LookupFailureType>(words[1]);
    }
};

template <class T>
using Result = k::Expected<T, Refusal>;

/// Success with nothing to say, or a refusal.
using Status = Result<k::Ok>;

/// The outcome that a stub has returned. The words of an error are in the IPC buffer.
[[nodiscard]] Status status_of(seL4_Error error) noexcept;

/// Prints why something was refused, as a line.
void print_refusal(const Refusal& refusal) noexcept;

/// For what has to succeed, for the rest to make sense: a line says so where it does not.
void must(const Status& status) noexcept;

} // namespace user
