/// \file
/// Formatted text without a heap; the compiler checks format strings against arguments.
///
/// The language is a part of std::format's: `{}` or `{:spec}` for each argument in turn, `{{` and
/// `}}` for braces. A spec is [[fill]align][#][0][width][type], align one of `<` `^` `>`, type one
/// of `d` `x` `b` (integers; addresses: `x` or `b`), `c` (characters), `s` (text and bools).
#pragma once

#include "base/format_reader.hpp"
#include "base/types.hpp"

#include <array>
#include <concepts>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace k {

/// One argument, reduced to what printing it needs.
struct Argument {
    ArgumentKind kind;
    u64 value;             ///< of a number (two's complement) or character
    std::string_view text; ///< of everything else
};

/// An argument whose kind is part of its type, so that it is known before there is a value.
template <ArgumentKind K>
struct ArgumentOf : Argument {
    static constexpr ArgumentKind static_kind = K;
    constexpr explicit ArgumentOf(u64 number) noexcept : Argument{K, number, {}} {}
    constexpr explicit ArgumentOf(std::string_view words) noexcept : Argument{K, 0, words} {}
};

// How a value becomes an argument. A type of the kernel's own has its overload beside it.

template <std::unsigned_integral T>
constexpr auto argument(T value) noexcept {
    return ArgumentOf<ArgumentKind::Unsigned>{u64{value}};
}

template <std::signed_integral T>
constexpr auto argument(T value) noexcept {
    return ArgumentOf<ArgumentKind::Signed>{static_cast<u64>(value)};
}

constexpr auto argument(char value) noexcept {
    return ArgumentOf<ArgumentKind::Character>{static_cast<u64>(value)};
}

constexpr auto argument(bool value) noexcept {
    return ArgumentOf<ArgumentKind::Text>{std::string_view{value ? "true" : "false"}};
}

constexpr auto argument(std::string_view value) noexcept {
    return ArgumentOf<ArgumentKind::Text>{value};
}

constexpr auto argument(const char* value) noexcept {
    return argument(std::string_view{value});
}

inline auto argument(const void* value) noexcept {
    return ArgumentOf<ArgumentKind::Address>{u64{reinterpret_cast<uptr>(value)}};
}

/// A format string that suits arguments of these types: any other does not compile.
template <class... Arguments>
class FormatString {
  public:
    // Implicit, so that a literal can be passed for it.
    consteval FormatString(const char* text) : text_{text} { // NOLINT(google-explicit-constructor)
        FormatReader reader{text_};
        reader.skip_literals();
        (check<decltype(argument(std::declval<const Arguments&>()))>(reader), ...);
        const bool more_placeholders_than_arguments = !reader.done();
        K_ASSERT(!more_placeholders_than_arguments);
    }

    [[nodiscard]] constexpr std::string_view get() const noexcept { return text_; }

  private:
    template <class Converted>
    static consteval void check(FormatReader& reader) {
        const bool more_arguments_than_placeholders = reader.done();
        K_ASSERT(!more_arguments_than_placeholders);
        const bool spec_suits_argument = reader.placeholder().suits(Converted::static_kind);
        K_ASSERT(spec_suits_argument);
        reader.skip_literals();
    }

    std::string_view text_;
};

/// A reference to anything that has `write(std::string_view)`.
class TextOut {
  public:
    template <class Target>
    constexpr explicit TextOut(Target& target) noexcept
        : target_{&target}, write_{[](void* to, std::string_view text) noexcept {
              static_cast<Target*>(to)->write(text);
          }} {}

    void write(std::string_view text) const noexcept { write_(target_, text); }

  private:
    void* target_;
    void (*write_)(void* target, std::string_view text) noexcept;
};

/// What format() does when templates are out of the way.
/// \pre `text` has been checked against the arguments, by a FormatString.
void format_arguments(TextOut out, std::string_view text,
                      std::span<const Argument> arguments) noexcept;

/// Writes `text` to `target`, each placeholder replaced by its argument.
template <class Target, class... Arguments>
void format(Target& target, FormatString<std::type_identity_t<Arguments>...> text,
            const Arguments&... arguments) noexcept {
    const std::array<Argument, sizeof...(Arguments)> list{argument(arguments)...};
    format_arguments(TextOut{target}, text.get(), list);
}

} // namespace k
