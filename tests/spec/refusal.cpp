#include "refusal.hpp"

namespace spec {

LookupFailure invalid_root() {
    return {LookupError::InvalidRoot, {}};
}

LookupFailure missing_capability(Word bits_left) {
    return {LookupError::MissingCapability, {bits_left}};
}

LookupFailure depth_mismatch(Word bits_left, Word bits_found) {
    return {LookupError::DepthMismatch, {bits_left, bits_found}};
}

LookupFailure guard_mismatch(Word bits_left, Word guard_found, Word bits_found) {
    return {LookupError::GuardMismatch, {bits_left, guard_found, bits_found}};
}

Refusal invalid_argument(Word number) {
    return {Error::InvalidArgument, {number}};
}

Refusal invalid_capability(Word number) {
    return {Error::InvalidCapability, {number}};
}

Refusal illegal_operation() {
    return {Error::IllegalOperation, {}};
}

Refusal range_error(Word minimum, Word maximum) {
    return {Error::RangeError, {minimum, maximum}};
}

Refusal alignment_error() {
    return {Error::AlignmentError, {}};
}

Refusal failed_lookup(bool of_source, const LookupFailure& failure) {
    Refusal refusal{Error::FailedLookup, {of_source ? Word{1} : Word{0}, Word(failure.type)}};
    refusal.words.insert(refusal.words.end(), failure.description.begin(),
                         failure.description.end());
    return refusal;
}

Refusal truncated_message() {
    return {Error::TruncatedMessage, {}};
}

Refusal delete_first() {
    return {Error::DeleteFirst, {}};
}

Refusal revoke_first() {
    return {Error::RevokeFirst, {}};
}

Refusal not_enough_memory(Word bytes_available) {
    return {Error::NotEnoughMemory, {bytes_available}};
}

} // namespace spec
