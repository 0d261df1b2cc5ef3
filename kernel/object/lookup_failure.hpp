/// \file
/// Why a CPtr leads nowhere.
#pragma once

#include "abi/errors.hpp"

#include <array>
#include <span>

namespace k {

/// A lookup that failed, and where, in the words and the order in which programs are told.
/// seL4 manual, "Lookup Failure Description".
class LookupFailure {
  public:
    static constexpr LookupFailure invalid_root() noexcept {
        return {abi::LookupFailureType::InvalidRoot, {}, 0};
    }

    static constexpr LookupFailure missing_capability(u64 bits_left) noexcept {
        return {abi::LookupFailureType::MissingCapability, {bits_left}, 1};
    }

    static constexpr LookupFailure depth_mismatch(u64 bits_left, u64 bits_found) noexcept {
        return {abi::LookupFailureType::DepthMismatch, {bits_left, bits_found}, 2};
    }

    static constexpr LookupFailure guard_mismatch(u64 bits_left, u64 guard,
                                                  u64 guard_size) noexcept {
        return {abi::LookupFailureType::GuardMismatch, {bits_left, guard, guard_size}, 3};
    }

    [[nodiscard]] constexpr abi::LookupFailureType type() const noexcept { return type_; }

    [[nodiscard]] constexpr std::span<const u64> words() const noexcept {
        return std::span{words_}.first(count_);
    }

    friend constexpr bool operator==(const LookupFailure&, const LookupFailure&) = default;

  private:
    constexpr LookupFailure(abi::LookupFailureType type, std::array<u64, 3> words,
                            usize count) noexcept
        : type_{type}, words_{words}, count_{count} {}

    abi::LookupFailureType type_;
    std::array<u64, 3> words_;
    usize count_;
};

} // namespace k
