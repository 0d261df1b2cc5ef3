#include "base/address.hpp"
#include "base/format.hpp"
#include "text_target.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace k {
namespace {

TEST(Format, CopiesLiteralText) {
    EXPECT_EQ(formatted(""), "");
    EXPECT_EQ(formatted("a line\n"), "a line\n");
}

TEST(Format, PrintsDoubledBracesOnce) {
    EXPECT_EQ(formatted("{{}} {{{}}} }}{{", 1), "{} {1} }{");
}

TEST(Format, PrintsIntegersOfEveryWidth) {
    EXPECT_EQ(formatted("{} {} {} {}", u8{255}, u16{65535}, u32{7}, u64{0}), "255 65535 7 0");
    EXPECT_EQ(formatted("{} {}", std::int8_t{-128}, short{-1}), "-128 -1");
    EXPECT_EQ(formatted("{}", std::numeric_limits<u64>::max()), "18446744073709551615");
    EXPECT_EQ(formatted("{}", std::numeric_limits<i64>::min()), "-9223372036854775808");
}

TEST(Format, PrintsHexAndBinary) {
    EXPECT_EQ(formatted("{:x} {:#x} {:x}", 0xbeefu, 0u, 0u), "beef 0x0 0");
    EXPECT_EQ(formatted("{:b} {:#b}", 10u, 10u), "1010 0b1010");
    EXPECT_EQ(formatted("{:#x} {:#b}", -255, -2), "-0xff -0b10");
}

TEST(Format, FillsWithZerosBehindSignAndPrefix) {
    EXPECT_EQ(formatted("{:06}|{:06}", 42, -42), "000042|-00042");
    EXPECT_EQ(formatted("{:#010x}", 0xabcu), "0x00000abc");
    EXPECT_EQ(formatted("{:#06x}", 0x12345678u), "0x12345678");
}

TEST(Format, AlignsNumbersRightAndTextLeft) {
    EXPECT_EQ(formatted("[{:5}][{:5}]", 42, "ab"), "[   42][ab   ]");
}

TEST(Format, AlignsAsTold) {
    EXPECT_EQ(formatted("[{:<5}][{:^5}][{:>5}]", 42, 42, 42), "[42   ][ 42  ][   42]");
    EXPECT_EQ(formatted("[{:<5}][{:^5}][{:>5}]", "ab", "ab", "ab"), "[ab   ][ ab  ][   ab]");
    EXPECT_EQ(formatted("[{:*^7}][{:->4}]", "ab", ""), "[**ab***][----]");
}

TEST(Format, NeverCutsWhatIsWiderThanItsField) {
    EXPECT_EQ(formatted("{:2}{:2}", "abc", 1234), "abc1234");
}

TEST(Format, PrintsCharactersTextAndBools) {
    EXPECT_EQ(formatted("{} {:c} {:3}|", 'a', 'b', 'c'), "a b c  |");
    EXPECT_EQ(formatted("{} {:s}", std::string_view{"view"}, "literal"), "view literal");
    EXPECT_EQ(formatted("{} {:>6}", true, false), "true  false");
}

TEST(Format, PrintsAddressesInHex) {
    EXPECT_EQ(formatted("{} {:#018x}", PhysAddr{0x4020'0000}, PhysAddr{0x4020'0000}),
              "0x40200000 0x0000000040200000");
    // A pointer that nobody follows: only its number is printed.
    EXPECT_EQ(formatted("{}", reinterpret_cast<const void*>(uptr{0xf00})), "0xf00"); // NOLINT
}

TEST(FormatDeathTest, RefusesTextThatNobodyChecked) {
    TextTarget target;
    const std::array<Argument, 1> one{argument(1)};
    EXPECT_DEATH(format_arguments(TextOut{target}, "no placeholder", one), "opening_brace");
    EXPECT_DEATH(format_arguments(TextOut{target}, "{", one), "closing_brace");
    EXPECT_DEATH(format_arguments(TextOut{target}, "{:201}", one), "width_is_sensible");
    EXPECT_DEATH(format_arguments(TextOut{target}, "{:y}", one), "type_is_known");
}

} // namespace
} // namespace k
