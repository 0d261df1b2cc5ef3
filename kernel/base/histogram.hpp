/// \file
/// How often which size of number occurred.
#pragma once

#include "base/types.hpp"

#include <array>
#include <optional>

namespace k {

/// Counts numbers in rows, each of which reaches twice as far as the one before.
class Histogram {
  public:
    static constexpr usize rows = 11;

    /// The greatest number that belongs to `row`. The last row takes whatever is greater as well.
    [[nodiscard]] static constexpr u64 limit(usize row) noexcept { return u64{256} << row; }

    constexpr void add(u64 number) noexcept {
        usize row = 0;
        while (row + 1 < rows && number > limit(row))
            ++row;
        ++counts_[row];
    }

    [[nodiscard]] constexpr u64 count(usize row) const noexcept { return counts_[row]; }

    /// The row of the greatest number there has been, if there has been any.
    [[nodiscard]] constexpr std::optional<usize> highest_row() const noexcept {
        for (usize row = rows; row-- > 0;)
            if (counts_[row] != 0) return row;
        return {};
    }

    [[nodiscard]] constexpr u64 total() const noexcept {
        u64 sum = 0;
        for (const u64 count : counts_)
            sum += count;
        return sum;
    }

  private:
    std::array<u64, rows> counts_{};
};

} // namespace k
