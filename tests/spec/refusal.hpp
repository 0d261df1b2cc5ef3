/// \file
/// How calls fail. A check that fails throws; since every check comes before the first change, a
/// call that throws has changed nothing.
#pragma once

#include "names.hpp"

namespace spec {

/// ABI.md, "Error replies", which also says what words describe each.
enum class Error : Word {
    NoError,
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
using enum Error;

/// ABI.md, "Lookup failures", with their descriptions.
enum class LookupError : Word { InvalidRoot = 1, MissingCapability, DepthMismatch, GuardMismatch };
using enum LookupError;

struct LookupFailure {
    LookupError type{};
    Words description{};

    bool operator==(const LookupFailure&) const = default;
};

/// An invocation's error reply: the label and its words. It is thrown.
struct Refusal {
    Error error{};
    Words words{};

    bool operator==(const Refusal&) const = default;
};

/// \param of_source says whether the lookup was that of a source.
inline Refusal failed_lookup(bool of_source, const LookupFailure& failure) {
    Refusal refusal{FailedLookup, {of_source ? Word{1} : Word{0}, Word(failure.type)}};
    refusal.words.insert(refusal.words.end(), failure.description.begin(),
                         failure.description.end());
    return refusal;
}

} // namespace spec
