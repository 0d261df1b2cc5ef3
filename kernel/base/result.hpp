/// \file
/// A value or an error, without exceptions.
///
/// This is the part of C++23's std::expected that the kernel uses, spelled the same way. The real
/// one cannot be had: Clang before 19 hides libstdc++'s, and GCC 12 lacks half of it.
#pragma once

#include "base/assert.hpp"

#include <concepts>
#include <type_traits>
#include <utility>

namespace k {

template <class E>
struct Unexpected {
    E error;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

/// The value of a function that succeeds with nothing to say: `Expected<Ok, E>`.
struct Ok {};

/// Either a T or the E that says why there is none. Both are plain words, views and references.
template <class T, class E>
    requires std::is_trivially_copyable_v<T> && std::is_trivially_copyable_v<E>
class [[nodiscard]] Expected {
  public:
    using value_type = T;
    using error_type = E;

    // Implicit, as in std::expected: `return value;` and `return Unexpected{error};`.
    constexpr Expected(T value) noexcept : value_{value}, ok_{true} {} // NOLINT(google-explicit-*)

    template <std::convertible_to<E> G>
    constexpr Expected(Unexpected<G> u) noexcept // NOLINT(google-explicit-*)
        : error_{u.error}, ok_{false} {}

    [[nodiscard]] constexpr bool has_value() const noexcept { return ok_; }

    constexpr explicit operator bool() const noexcept { return ok_; }

    /// \pre has_value()
    [[nodiscard]] constexpr const T& operator*() const noexcept {
        K_ASSERT(ok_);
        return value_;
    }

    /// \pre has_value()
    constexpr const T* operator->() const noexcept { return &**this; }

    /// \pre !has_value()
    [[nodiscard]] constexpr const E& error() const noexcept {
        K_ASSERT(!ok_);
        return error_;
    }

    [[nodiscard]] constexpr T value_or(T otherwise) const noexcept {
        return ok_ ? value_ : otherwise;
    }

    /// What `f`, which returns an Expected too, makes of the value; or the error.
    template <class F>
    constexpr auto and_then(F&& f) const -> decltype(f(std::declval<const T&>())) {
        if (ok_) return std::forward<F>(f)(value_);
        return Unexpected{error_};
    }

  private:
    union { // NOLINTBEGIN(readability-identifier-naming): private, though anonymous
        T value_;
        E error_;
    }; // NOLINTEND(readability-identifier-naming)

    bool ok_;
};

} // namespace k

/// The value of a result; or a return from the calling function with its error.
/// A statement expression, since C++ has no operator for it; `__extension__` appeases -Wpedantic.
#define K_TRY(result)                                                                              \
    __extension__({                                                                                \
        auto&& k_try_result_ = (result);                                                           \
        if (!k_try_result_) [[unlikely]]                                                           \
            return ::k::Unexpected{k_try_result_.error()};                                         \
        *k_try_result_;                                                                            \
    })
