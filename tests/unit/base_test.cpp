// The small types of base/: named bits, addresses, results.
#include "base/address.hpp"
#include "base/bitfield.hpp"
#include "base/result.hpp"

#include <gtest/gtest.h>

namespace k {
namespace {

enum class Mode : u8 { Off, Slow, Fast };

struct Control : Bits<Control> {
    using Bits::Bits;
    static constexpr Bit<63> enable{};
    static constexpr InPlace<47, 12> address{};
    static constexpr Field<7, 4, unsigned> level{};
    static constexpr Field<1, 0, Mode> mode{};
    static constexpr Field<63, 0> all{};
};

static_assert(disjoint(Control::enable, Control::address, Control::level, Control::mode));
static_assert(!disjoint(Control::level, Control::all));
static_assert(Control{}.with(Control::level, 0xau).raw() == 0xa0);
static_assert(Control{}.with(Control::enable, true).raw() == 0x8000'0000'0000'0000);

TEST(Bits, ReadsAndReplacesFields) {
    const auto control = Control{}
                             .with(Control::mode, Mode::Fast)
                             .with(Control::level, 7u)
                             .with(Control::address, 0x1234'5000);
    EXPECT_EQ(control[Control::mode], Mode::Fast);
    EXPECT_EQ(control[Control::level], 7u);
    EXPECT_EQ(control[Control::address], 0x1234'5000u);
    EXPECT_FALSE(control[Control::enable]);
    EXPECT_EQ(control.with(Control::level, 0u).raw(), 0x1234'5002u);
}

TEST(Bits, AFieldMayBeTheWholeWord) {
    EXPECT_EQ(Control{}.with(Control::all, ~u64{0})[Control::all], ~u64{0});
}

TEST(BitsDeathTest, RefusesWhatDoesNotFit) {
    EXPECT_DEATH((void)Control{}.with(Control::level, 16u), "assertion failed: .*max");
    EXPECT_DEATH((void)Control{}.with(Control::address, 0x1234'5001), "assertion failed: .*mask");
}

TEST(Address, KnowsItsArithmetic) {
    constexpr PhysAddr address{0x4020'0fff};
    EXPECT_EQ((address + 1) - address, 1u);
    EXPECT_EQ((address - 0xfff).raw(), 0x4020'0000u);
    EXPECT_EQ(address.align_down(12), PhysAddr{0x4020'0000});
    EXPECT_EQ(address.align_up(12), PhysAddr{0x4020'1000});
    EXPECT_EQ(PhysAddr{0x4020'1000}.align_up(12), PhysAddr{0x4020'1000});
    EXPECT_FALSE(address.aligned(1));
    EXPECT_TRUE(address.aligned(0));
    EXPECT_LT(address, address + 1);
}

TEST(Range, EndsBeforeItsEnd) {
    constexpr Range<PhysAddr> range{PhysAddr{0x1000}, PhysAddr{0x3000}};
    EXPECT_EQ(range.bytes(), 0x2000u);
    EXPECT_TRUE(range.contains(range.begin));
    EXPECT_TRUE(range.contains(range.end - 1));
    EXPECT_FALSE(range.contains(range.end));
    EXPECT_FALSE(range.contains(range.begin - 1));
}

enum class Trouble : u8 { Odd, Zero };

constexpr Expected<u32, Trouble> half(u32 value) noexcept {
    if (value == 0) return Unexpected{Trouble::Zero};
    if (value % 2 != 0) return Unexpected{Trouble::Odd};
    return value / 2;
}

constexpr Expected<u32, Trouble> quarter(u32 value) noexcept {
    const u32 halved = K_TRY(half(value));
    return K_TRY(half(halved));
}

static_assert(*quarter(20) == 5 && half(7).error() == Trouble::Odd, "usable in constants");

TEST(Expected, HoldsAValue) {
    const auto result = half(10);
    ASSERT_TRUE(result);
    EXPECT_TRUE(result.has_value());
    EXPECT_EQ(*result, 5u);
    EXPECT_EQ(result.value_or(7), 5u);
}

TEST(Expected, HoldsAnError) {
    const auto result = half(0);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Trouble::Zero);
    EXPECT_EQ(result.value_or(7), 7u);
}

TEST(Expected, TryReturnsTheFirstError) {
    EXPECT_EQ(*quarter(12), 3u);
    EXPECT_EQ(quarter(0).error(), Trouble::Zero);
    EXPECT_EQ(quarter(6).error(), Trouble::Odd);
}

TEST(Expected, AndThenChains) {
    EXPECT_EQ(*half(12).and_then(half), 3u);
    EXPECT_EQ(half(7).and_then(half).error(), Trouble::Odd);
}

TEST(ExpectedDeathTest, HasNoValueAndErrorAtOnce) {
    EXPECT_DEATH((void)*half(0), "assertion failed: ok_");
    EXPECT_DEATH((void)half(2).error(), "assertion failed: !ok_");
}

} // namespace
} // namespace k
