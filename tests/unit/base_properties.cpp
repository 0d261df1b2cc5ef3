// Properties of base/, each against an oracle that shares no code with it.
#include "base/address.hpp"
#include "base/bitfield.hpp"
#include "base/memory.hpp"
#include "text_target.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bitset>
#include <cstdio>
#include <cstring>
#include <rapidcheck/gtest.h>
#include <vector>

namespace k {
namespace {

using Text = std::string;

// Formatting. The text of a placeholder is made up at random, so it goes to format_arguments, which
// trusts it, rather than through the compiler's check.

Text formatted_at_run_time(const Text& text, const Argument& argument) {
    TextTarget target;
    format_arguments(TextOut{target}, text, {&argument, 1});
    return target.text;
}

/// The digits of `value` as the C library and the standard library print them.
Text oracle_digits(u64 value, char type) {
    std::array<char, 72> text{};
    if (type == 'b') {
        const Text bits = std::bitset<64>{value}.to_string();
        return bits.substr(std::min(bits.find('1'), bits.size() - 1));
    }
    std::snprintf(text.data(), text.size(), type == 'x' ? "%lx" : "%lu", value);
    return text.data();
}

/// `text` in a field of `width`, as the alignment says.
Text oracle_padding(const Text& text, usize width, char align, char fill) {
    const usize blanks = width - std::min(width, text.size());
    const usize before = align == '<' ? 0 : align == '^' ? blanks / 2 : blanks;
    return Text(before, fill) + text + Text(blanks - before, fill);
}

struct NumberCase {
    Text spec;     ///< as it stands behind the colon
    Text expected; ///< for the value
};

Text width_text(usize width) {
    return width == 0 ? "" : std::to_string(width);
}

/// A random spec for an integer whose magnitude and sign are given, and what it should print.
NumberCase number_case(u64 magnitude, bool negative) {
    const char type = *rc::gen::element('d', 'x', 'b');
    const bool prefix = type != 'd' && *rc::gen::arbitrary<bool>();
    const usize width = *rc::gen::inRange<usize>(0, 80);
    const Text front = Text(negative ? "-" : "") + (prefix ? Text{'0', type} : "");
    const Text digits = oracle_digits(magnitude, type);
    const Text tail = width_text(width) + type;
    if (width != 0 && *rc::gen::arbitrary<bool>()) {
        const usize room = width - std::min(width, front.size());
        return {(prefix ? "#0" : "0") + tail, front + oracle_padding(digits, room, '>', '0')};
    }
    const char align = *rc::gen::element('<', '^', '>');
    const char fill = *rc::gen::element(' ', '*', '0', '<', '#');
    return {Text{fill, align} + (prefix ? "#" : "") + tail,
            oracle_padding(front + digits, width, align, fill)};
}

RC_GTEST_PROP(FormatProperty, PrintsUnsignedNumbersAsTheOracleDoes, ()) {
    const u64 value = *rc::gen::arbitrary<u64>();
    const auto [spec, expected] = number_case(value, false);
    RC_ASSERT(formatted_at_run_time("{:" + spec + "}", argument(value)) == expected);
}

RC_GTEST_PROP(FormatProperty, PrintsSignedNumbersAsTheOracleDoes, ()) {
    const i64 value = *rc::gen::arbitrary<i64>();
    const u64 magnitude = value < 0 ? 0 - static_cast<u64>(value) : static_cast<u64>(value);
    const auto [spec, expected] = number_case(magnitude, value < 0);
    RC_ASSERT(formatted_at_run_time("{:" + spec + "}", argument(value)) == expected);
}

RC_GTEST_PROP(FormatProperty, PrintsWhatCanBeReadBack, (u64 value)) {
    RC_ASSERT(std::stoull(formatted("{}", value)) == value);
    RC_ASSERT(std::stoull(formatted("{:#x}", value), nullptr, 16) == value);
    RC_ASSERT(std::stoull(formatted("{:b}", value), nullptr, 2) == value);
}

RC_GTEST_PROP(FormatProperty, PadsTextAsTheOracleDoes, (const Text& text)) {
    const usize width = *rc::gen::inRange<usize>(0, 80);
    const char align = *rc::gen::element('<', '^', '>');
    const Text spec = "{:*" + Text{align} + width_text(width) + "}";
    RC_ASSERT(formatted_at_run_time(spec, argument(std::string_view{text})) ==
              oracle_padding(text, width, align, '*'));
}

RC_GTEST_PROP(FormatProperty, KeepsTheTextAroundPlaceholders, (const Text& before, bool value)) {
    Text escaped;
    for (const char c : before)
        escaped += c == '{' || c == '}' ? Text(2, c) : Text(1, c);
    RC_ASSERT(formatted_at_run_time(escaped + "{}" + escaped, argument(value)) ==
              before + (value ? "true" : "false") + before);
}

// Bits and addresses.

struct Word : Bits<Word> {
    using Bits::Bits;
    static constexpr Field<52, 17> middle{};
    static constexpr InPlace<47, 12> in_place{};
};

RC_GTEST_PROP(BitsProperty, ReplacingAFieldLeavesTheOthersAlone, (u64 raw, u64 value)) {
    const u64 fitting = value & decltype(Word::middle)::max;
    const Word changed = Word{raw}.with(Word::middle, fitting);
    RC_ASSERT(changed[Word::middle] == fitting);
    RC_ASSERT(((changed.raw() ^ raw) & ~decltype(Word::middle)::mask) == 0u);

    const u64 address = value & decltype(Word::in_place)::mask;
    RC_ASSERT(Word{raw}.with(Word::in_place, address)[Word::in_place] == address);
}

RC_GTEST_PROP(AddressProperty, AligningMovesByLessThanTheAlignment, ()) {
    const PhysAddr address{*rc::gen::inRange<u64>(0, u64{1} << 48)};
    const auto bits = *rc::gen::inRange(0u, 40u);
    RC_ASSERT(address.align_down(bits).aligned(bits));
    RC_ASSERT(address.align_up(bits).aligned(bits));
    RC_ASSERT(address - address.align_down(bits) < bit(bits));
    RC_ASSERT(address.align_up(bits) - address < bit(bits));
}

// Memory: the same operation on two equal arenas, once ours and once the C library's.

constexpr usize arena_bytes = 128;

/// A part of an arena, with its offset in it.
struct Area {
    usize offset;
    usize bytes;
};

Area any_area(usize bytes) {
    return {*rc::gen::inRange<usize>(0, arena_bytes - bytes + 1), bytes};
}

std::vector<u8> any_arena() {
    return *rc::gen::container<std::vector<u8>>(arena_bytes, rc::gen::arbitrary<u8>());
}

RC_GTEST_PROP(MemoryProperty, MovesLikeTheLibraryAlsoWhenAreasOverlap, ()) {
    std::vector<u8> ours = any_arena();
    std::vector<u8> theirs = ours;
    const auto bytes = *rc::gen::inRange<usize>(0, arena_bytes);
    const auto to = any_area(bytes).offset;
    const auto from = any_area(bytes).offset;
    memory::move(ours.data() + to, ours.data() + from, bytes);
    std::memmove(theirs.data() + to, theirs.data() + from, bytes);
    RC_ASSERT(ours == theirs);
}

RC_GTEST_PROP(MemoryProperty, CopiesLikeTheLibrary, ()) {
    const std::vector<u8> source = any_arena();
    std::vector<u8> ours = any_arena();
    std::vector<u8> theirs = ours;
    const auto bytes = *rc::gen::inRange<usize>(0, arena_bytes);
    const auto to = any_area(bytes).offset;
    const auto from = any_area(bytes).offset;
    memory::copy(ours.data() + to, source.data() + from, bytes);
    std::memcpy(theirs.data() + to, source.data() + from, bytes);
    RC_ASSERT(ours == theirs);
}

RC_GTEST_PROP(MemoryProperty, FillsLikeTheLibrary, (u8 value)) {
    std::vector<u8> ours = any_arena();
    std::vector<u8> theirs = ours;
    const auto [offset, bytes] = any_area(*rc::gen::inRange<usize>(0, arena_bytes));
    memory::fill(ours.data() + offset, value, bytes);
    std::memset(theirs.data() + offset, value, bytes);
    RC_ASSERT(ours == theirs);
}

RC_GTEST_PROP(MemoryProperty, ComparesLikeTheLibrary, (const std::vector<u8>& a)) {
    std::vector<u8> b = a;
    if (!b.empty() && *rc::gen::arbitrary<bool>())
        b[*rc::gen::inRange<usize>(0, b.size())] = *rc::gen::arbitrary<u8>();
    const auto sign = [](int difference) { return (difference > 0) - (difference < 0); };
    RC_ASSERT(sign(memory::compare(a.data(), b.data(), a.size())) ==
              sign(a.empty() ? 0 : std::memcmp(a.data(), b.data(), a.size())));
}

} // namespace
} // namespace k
