/// \file
/// A list with room for a fixed number of values, held in place: there is no heap to grow into.
#pragma once

#include "base/types.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace k {

/// Up to `N` values of T in order. What does not fit is refused, and the list stays as it was.
template <class T, usize N>
class FixedVector {
  public:
    [[nodiscard]] constexpr usize size() const noexcept { return size_; }

    [[nodiscard]] constexpr std::span<T> items() noexcept { return std::span{items_}.first(size_); }

    [[nodiscard]] constexpr std::span<const T> items() const noexcept {
        return std::span{items_}.first(size_);
    }

    /// Puts `value` before item `at`, or last. \returns false when there is no room.
    /// \pre at <= size()
    [[nodiscard]] constexpr bool insert(usize at, const T& value) noexcept {
        if (size_ == N) return false;
        const T copy = value; // which may be one of the items about to move
        ++size_;
        std::ranges::copy_backward(items().subspan(at, size_ - 1 - at), items().end());
        items_[at] = copy;
        return true;
    }

    [[nodiscard]] constexpr bool push_back(const T& value) noexcept { return insert(size_, value); }

    constexpr void clear() noexcept { size_ = 0; }

    /// \pre at < size()
    constexpr void erase(usize at) noexcept {
        std::ranges::copy(items().subspan(at + 1), items().subspan(at).begin());
        --size_;
    }

  private:
    std::array<T, N> items_{};
    usize size_ = 0;
};

} // namespace k
