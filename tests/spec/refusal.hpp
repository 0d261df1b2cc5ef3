/// \file
/// How calls fail. A check that fails throws; since every check comes before the first change, a
/// call that throws has changed nothing.
#pragma once

#include "names.hpp"

namespace spec {

/// ABI.md, "Error replies".
enum class Error : Word {
    None,
    InvalidArgument,
    InvalidCapability,
    IllegalOperation,
    RangeError,
    AlignmentError,
    FailedLookup,
    TruncatedMessage,
    DeleteFirst,
    RevokeFirst,
    NotEnoughMemory,
};

enum class LookupError : Word { InvalidRoot = 1, MissingCapability, DepthMismatch, GuardMismatch };

/// Why a lookup failed: the failure's type and its description. ABI.md, "Error replies".
struct LookupFailure {
    LookupError type{};
    Words description;

    bool operator==(const LookupFailure&) const = default;
};

LookupFailure invalid_root();
LookupFailure missing_capability(Word bits_left);
LookupFailure depth_mismatch(Word bits_left, Word bits_found);
LookupFailure guard_mismatch(Word bits_left, Word guard_found, Word bits_found);

/// An invocation's error reply: the label, and the words that describe it. It is thrown.
struct Refusal {
    Error error{};
    Words words;

    bool operator==(const Refusal&) const = default;
};

Refusal invalid_argument(Word number);
Refusal invalid_capability(Word number);
Refusal illegal_operation();
Refusal range_error(Word minimum, Word maximum);
Refusal alignment_error();
Refusal failed_lookup(bool of_source, const LookupFailure& failure);
Refusal truncated_message();
Refusal delete_first();
Refusal revoke_first();
Refusal not_enough_memory(Word bytes_available);

} // namespace spec
