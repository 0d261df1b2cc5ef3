/// \file
/// Numbers that look random and can be had again.
#pragma once

#include "base/types.hpp"

namespace k {

/// SplitMix64: an even walk through all 64-bit numbers, each one scrambled. Any seed is good, and
/// the same seed gives the same numbers everywhere. Nothing that has to be secret may depend on it.
/// Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators".
class Random {
  public:
    constexpr explicit Random(u64 seed) noexcept : state_{seed} {}

    constexpr u64 next() noexcept {
        state_ += 0x9e37'79b9'7f4a'7c15; // 2^64 divided by the golden ratio
        u64 word = state_;
        word = (word ^ (word >> 30)) * 0xbf58'476d'1ce4'e5b9;
        word = (word ^ (word >> 27)) * 0x94d0'49bb'1331'11eb;
        return word ^ (word >> 31);
    }

    /// A number less than `limit`. Small ones are likelier by `limit` in 2^64. \pre limit > 0
    constexpr u64 below(u64 limit) noexcept { return next() % limit; }

  private:
    u64 state_;
};

} // namespace k
