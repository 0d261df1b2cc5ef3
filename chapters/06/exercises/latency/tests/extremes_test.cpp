// The least and the greatest of what a histogram was given.
#include "base/histogram.hpp"

#include <gtest/gtest.h>

namespace k {
namespace {

TEST(Extremes, OfNothing) {
    EXPECT_EQ(Histogram{}.least(), 0u);
    EXPECT_EQ(Histogram{}.most(), 0u);
}

TEST(Extremes, OfOne) {
    Histogram histogram;
    histogram.add(300);
    EXPECT_EQ(histogram.least(), 300u);
    EXPECT_EQ(histogram.most(), 300u);
}

TEST(Extremes, OfSeveralInAnyOrder) {
    Histogram histogram;
    for (const u64 number : {700u, 90'000u, 41u, 5'000u})
        histogram.add(number);
    EXPECT_EQ(histogram.least(), 41u);
    EXPECT_EQ(histogram.most(), 90'000u);
}

} // namespace
} // namespace k
