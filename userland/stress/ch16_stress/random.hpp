/// \file
/// Numbers that look random, and are the same for the same seed.
#pragma once

#include "base/types.hpp"

namespace stress {

/// SplitMix64.
class Random {
  public:
    explicit constexpr Random(k::u64 seed) noexcept : state_{seed} {}

    constexpr k::u64 next() noexcept {
        k::u64 z = state_ += 0x9e37'79b9'7f4a'7c15;
        z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9;
        z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11eb;
        return z ^ (z >> 31);
    }

    /// A number below `limit`.
    constexpr k::u64 below(k::u64 limit) noexcept { return next() % limit; }

  private:
    k::u64 state_;
};

} // namespace stress
