#include "lib/error.hpp"

#include "lib/print.hpp"

namespace user {

using k::abi::Error;
using k::abi::LookupFailureType;

namespace {

/// What the kernel says of a walk through a capability space that ended early.
void describe_lookup(k::TextOut out, const std::array<u64, 5>& words) noexcept {
    const auto failure = static_cast<LookupFailureType>(words[1]);
    k::format(out, "{} lookup, {}", words[0] != 0 ? "source" : "destination", name(failure));
    switch (failure) {
    case LookupFailureType::InvalidRoot: return;
    case LookupFailureType::MissingCapability: return k::format(out, ", {} bits left", words[2]);
    case LookupFailureType::DepthMismatch:
        return k::format(out, ", {} bits left, {} bits found", words[2], words[3]);
    case LookupFailureType::GuardMismatch:
        return k::format(out, ", {} bits left, guard {:#x} of {} bits", words[2], words[3],
                         words[4]);
    }
}

} // namespace

Status status_of(seL4_Error error) noexcept {
    if (error == seL4_NoError) return k::Ok{};
    Refusal refusal{static_cast<Error>(error), {}};
    for (int i = 0; u64 & word : refusal.words)
        word = seL4_GetMR(i++);
    return k::Unexpected{refusal};
}

void Refusal::describe(k::TextOut out) const noexcept {
    out.write(name(error));
    switch (error) {
    case Error::NoError:
    case Error::IllegalOperation:
    case Error::AlignmentError:
    case Error::TruncatedMessage:
    case Error::DeleteFirst:
    case Error::RevokeFirst: return;
    case Error::InvalidArgument: return k::format(out, ": argument {}", words[0]);
    case Error::InvalidCapability: return k::format(out, ": capability {}", words[0]);
    case Error::RangeError: return k::format(out, ": {} to {}", words[0], words[1]);
    case Error::NotEnoughMemory: return k::format(out, ": {:#x} left", words[0]);
    case Error::FailedLookup: out.write(": "); return describe_lookup(out, words);
    }
}

void print_refusal(const Refusal& refusal) noexcept {
    Console console;
    refusal.describe(k::TextOut{console});
    print("\n");
}

void must(const Status& status) noexcept {
    if (status) return;
    print("unexpected: ");
    print_refusal(status.error());
}

} // namespace user
