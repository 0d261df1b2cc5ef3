/// \file
/// Reading format strings: the same code for the compiler's check and for printing.
#pragma once

#include "base/assert.hpp"
#include "base/types.hpp"

#include <string_view>

namespace k {

enum class ArgumentKind : u8 { Unsigned, Signed, Address, Character, Text };

/// What stands behind the colon of a placeholder.
struct FormatSpec {
    enum class Align : u8 { Natural, Left, Centre, Right };

    char fill = ' ';
    Align align = Align::Natural; ///< numbers to the right, everything else to the left
    bool prefix = false;          ///< `#`: 0x or 0b in front
    bool zeros = false;           ///< `0`: zeros between sign or prefix and digits
    u32 width = 0;                ///< in characters, at least
    char type = '\0';

    /// Whether an argument of `kind` can be printed like this.
    [[nodiscard]] constexpr bool suits(ArgumentKind kind) const noexcept {
        using enum ArgumentKind;
        const bool integer = kind == Unsigned || kind == Signed;
        const bool number = integer || kind == Address;
        if ((prefix || zeros) && !number) return false;
        switch (type) {
        case 'd': return integer;
        case 'x':
        case 'b': return number;
        case 'c': return kind == Character;
        case 's': return kind == Text;
        default: return true;
        }
    }
};

/// Cuts a format string into literal text and placeholders.
class FormatReader {
  public:
    constexpr explicit FormatReader(std::string_view text) noexcept : rest_{text} {}

    [[nodiscard]] constexpr bool done() const noexcept { return rest_.empty(); }

    /// Takes some of the text before the next placeholder; empty when there is none left.
    constexpr std::string_view literal() noexcept {
        const bool doubled_brace = is_brace(peek()) && peek(1) == peek();
        if (doubled_brace) return {take(2).data(), 1};
        usize length = 0;
        while (length < rest_.size() && !is_brace(rest_[length]))
            ++length;
        return take(length);
    }

    constexpr void skip_literals() noexcept {
        while (!literal().empty()) {
        }
    }

    /// Takes the placeholder that comes next.
    constexpr FormatSpec placeholder() noexcept {
        FormatSpec spec;
        const bool opening_brace = take_if('{');
        K_ASSERT(opening_brace);
        if (take_if(':')) spec = this->spec();
        const bool closing_brace = take_if('}');
        K_ASSERT(closing_brace);
        return spec;
    }

  private:
    static constexpr bool is_brace(char c) noexcept { return c == '{' || c == '}'; }

    /// The character that comes `ahead` characters after the next one, NUL behind the end.
    [[nodiscard]] constexpr char peek(usize ahead = 0) const noexcept {
        return ahead < rest_.size() ? rest_[ahead] : '\0';
    }

    constexpr std::string_view take(usize length) noexcept {
        const std::string_view taken{rest_.data(), length};
        rest_.remove_prefix(length);
        return taken;
    }

    constexpr bool take_if(char wanted) noexcept {
        if (peek() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }

    constexpr FormatSpec spec() noexcept {
        FormatSpec spec;
        if (alignment(peek(1)) != FormatSpec::Align::Natural) spec.fill = take(1).front();
        spec.align = alignment(peek());
        if (spec.align != FormatSpec::Align::Natural) take(1);
        spec.prefix = take_if('#');
        spec.zeros = take_if('0');
        spec.width = width();
        if (!done() && !is_brace(peek())) spec.type = type();
        return spec;
    }

    static constexpr FormatSpec::Align alignment(char sign) noexcept {
        switch (sign) {
        case '<': return FormatSpec::Align::Left;
        case '^': return FormatSpec::Align::Centre;
        case '>': return FormatSpec::Align::Right;
        default: return FormatSpec::Align::Natural;
        }
    }

    constexpr u32 width() noexcept {
        u32 width = 0;
        while (peek() >= '0' && peek() <= '9') {
            width = width * 10 + static_cast<u32>(take(1).front() - '0');
            const bool width_is_sensible = width <= 200; // asked at each digit: it cannot wrap
            K_ASSERT(width_is_sensible);
        }
        return width;
    }

    constexpr char type() noexcept {
        const char type = take(1).front();
        const bool type_is_known =
            type == 'd' || type == 'x' || type == 'b' || type == 'c' || type == 's';
        K_ASSERT(type_is_known);
        return type;
    }

    std::string_view rest_;
};

} // namespace k
