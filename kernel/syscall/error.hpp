/// \file
/// What a program is told when the kernel refuses what it asked for.
#pragma once

#include "base/fixed_vector.hpp"
#include "base/result.hpp"
#include "object/lookup_failure.hpp"

#include <initializer_list>

namespace k {

/// An error and the words that explain it. seL4 manual, "Errors".
struct SyscallError {
    static constexpr usize most_words = 5;

    abi::Error code;
    FixedVector<u64, most_words> words;
};

template <class T>
using Result = Expected<T, SyscallError>;

/// An error to return from a decoder: `return fail(Error::RangeError, 0, 47)`.
template <std::convertible_to<u64>... Words>
[[nodiscard]] constexpr Unexpected<SyscallError> fail(abi::Error code, Words... words) noexcept {
    SyscallError error{code, {}};
    for (const u64 word : std::initializer_list<u64>{static_cast<u64>(words)...})
        (void)error.words.push_back(word);
    return {error};
}

/// Whose lookup it was that failed.
enum class LookupOf : u64 { Destination = 0, Source = 1 };

[[nodiscard]] constexpr Unexpected<SyscallError> fail(const LookupFailure& failure,
                                                      LookupOf side) noexcept {
    auto result =
        fail(abi::Error::FailedLookup, static_cast<u64>(side), static_cast<u64>(failure.type()));
    for (const u64 word : failure.words())
        (void)result.error.words.push_back(word);
    return result;
}

} // namespace k
