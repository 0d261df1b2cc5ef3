#include "base/format.hpp"

#include <algorithm>

namespace k {

namespace {

using Align = FormatSpec::Align;

/// Room for the digits of any number in any base.
using DigitBuffer = std::array<char, 64>;

/// The digits of `value`, without leading zeros. They stand at the end of `buffer`.
std::string_view digits(u64 value, u64 base, DigitBuffer& buffer) noexcept {
    usize first = buffer.size();
    do {
        buffer[--first] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    return {&buffer[first], buffer.size() - first};
}

void repeat(TextOut out, char character, usize times) noexcept {
    for (; times != 0; --times)
        out.write({&character, 1});
}

/// How many of `blanks` stand before the text that they pad.
usize blanks_before(usize blanks, Align align) noexcept {
    switch (align) {
    case Align::Right: return blanks;
    case Align::Centre: return blanks / 2;
    case Align::Natural:
    case Align::Left: break;
    }
    return 0;
}

/// The parts of a number from left to right.
struct Number {
    std::string_view sign;
    std::string_view prefix;
    std::string_view digits;

    [[nodiscard]] usize length() const noexcept {
        return sign.size() + prefix.size() + digits.size();
    }
};

Number number(const FormatSpec& spec, const Argument& argument, DigitBuffer& buffer) noexcept {
    const bool negative = argument.kind == ArgumentKind::Signed && argument.value >> 63 != 0;
    const u64 magnitude = negative ? 0 - argument.value : argument.value;
    const char* const sign = negative ? "-" : "";
    if (spec.type == 'x') return {sign, spec.prefix ? "0x" : "", digits(magnitude, 16, buffer)};
    if (spec.type == 'b') return {sign, spec.prefix ? "0b" : "", digits(magnitude, 2, buffer)};
    return {sign, "", digits(magnitude, 10, buffer)};
}

void put_text(TextOut out, const FormatSpec& spec, std::string_view text) noexcept {
    const usize blanks = spec.width - std::min<usize>(spec.width, text.size());
    const usize before = blanks_before(blanks, spec.align);
    repeat(out, spec.fill, before);
    out.write(text);
    repeat(out, spec.fill, blanks - before);
}

void put_number(TextOut out, FormatSpec spec, const Argument& argument) noexcept {
    DigitBuffer buffer;
    const Number n = number(spec, argument, buffer);
    const usize room = spec.width - std::min<usize>(spec.width, n.length());
    if (spec.align == Align::Natural) spec.align = Align::Right;
    const usize zeros = spec.zeros ? room : 0;
    const usize before = blanks_before(room - zeros, spec.align);
    repeat(out, spec.fill, before);
    out.write(n.sign);
    out.write(n.prefix);
    repeat(out, '0', zeros);
    out.write(n.digits);
    repeat(out, spec.fill, room - zeros - before);
}

void put(TextOut out, FormatSpec spec, const Argument& argument) noexcept {
    switch (argument.kind) {
    case ArgumentKind::Text: return put_text(out, spec, argument.text);
    case ArgumentKind::Character: {
        const char character = static_cast<char>(argument.value);
        return put_text(out, spec, {&character, 1});
    }
    case ArgumentKind::Address:
        if (spec.type == '\0') spec.type = 'x', spec.prefix = true;
        break;
    case ArgumentKind::Unsigned:
    case ArgumentKind::Signed: break;
    }
    put_number(out, spec, argument);
}

void put_literals(TextOut out, FormatReader& reader) noexcept {
    for (auto text = reader.literal(); !text.empty(); text = reader.literal())
        out.write(text);
}

} // namespace

void format_arguments(TextOut out, std::string_view text,
                      std::span<const Argument> arguments) noexcept {
    FormatReader reader{text};
    put_literals(out, reader);
    for (const Argument& argument : arguments) {
        put(out, reader.placeholder(), argument);
        put_literals(out, reader);
    }
}

} // namespace k
