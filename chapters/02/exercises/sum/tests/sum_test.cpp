// Sums of parts of an array.
#include "base/sum.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace k {
namespace {

constexpr std::array<u32, 5> numbers{1, 20, 300, 4'000, 50'000};
constexpr usize most = std::numeric_limits<usize>::max();

TEST(Sum, OfAPart) {
    EXPECT_EQ(sum(numbers, 0, 5), 54'321u);
    EXPECT_EQ(sum(numbers, 1, 3), 4'320u);
    EXPECT_EQ(sum(numbers, 4, 1), 50'000u);
}

TEST(Sum, OfNothing) {
    EXPECT_EQ(sum(numbers, 0, 0), 0u);
    EXPECT_EQ(sum(numbers, 5, 0), 0u) << "just behind the last";
    EXPECT_EQ(sum({}, 0, 0), 0u);
}

TEST(Sum, OfLargeNumbers) {
    const std::array<u32, 3> large{0xffff'ffff, 0xffff'ffff, 2};
    EXPECT_EQ(sum(large, 0, 3), 0x2'0000'0000u);
}

TEST(SumDeathTest, OfWhatIsNotThere) {
    EXPECT_DEATH((void)sum(numbers, 0, 6), "PANIC: no 6 numbers from number 0 on: there are 5");
    EXPECT_DEATH((void)sum(numbers, 3, 3), "PANIC: no 3 numbers from number 3 on: there are 5");
    EXPECT_DEATH((void)sum(numbers, 6, 0), "PANIC: no 0 numbers from number 6 on: there are 5");
    EXPECT_DEATH((void)sum({}, 0, 1), "PANIC: no 1 numbers from number 0 on: there are 0");
}

TEST(SumDeathTest, OfMoreThanThereCanBe) {
    EXPECT_DEATH((void)sum(numbers, 1, most), "PANIC: no 18446744073709551615 numbers");
    EXPECT_DEATH((void)sum(numbers, most, 2),
                 "PANIC: no 2 numbers from number 18446744073709551615");
}

} // namespace
} // namespace k
