/// \file
/// What the library makes of the kernel's refusals.
#include "fake_kernel.hpp"
#include "lib/error.hpp"
#include "lib/print.hpp"

#include <gtest/gtest.h>

namespace {

using k::u64;
using k::abi::Error;
using k::abi::LookupFailureType;

/// A refusal in words.
std::string said(Error error, std::array<u64, 5> words = {}) {
    FakeKernel kernel;
    user::print_refusal({error, words});
    return kernel.printed;
}

u64 number(LookupFailureType failure) {
    return static_cast<u64>(failure);
}

TEST(Refusal, SaysWhatItsWordsMean) {
    EXPECT_EQ(said(Error::IllegalOperation), "IllegalOperation\n");
    EXPECT_EQ(said(Error::InvalidArgument, {2}), "InvalidArgument: argument 2\n");
    EXPECT_EQ(said(Error::InvalidCapability, {1}), "InvalidCapability: capability 1\n");
    EXPECT_EQ(said(Error::RangeError, {1, 64}), "RangeError: 1 to 64\n");
    EXPECT_EQ(said(Error::NotEnoughMemory, {0x40}), "NotEnoughMemory: 0x40 left\n");
}

TEST(Refusal, SaysWhereALookupEnded) {
    EXPECT_EQ(said(Error::FailedLookup, {0, number(LookupFailureType::InvalidRoot)}),
              "FailedLookup: destination lookup, InvalidRoot\n");
    EXPECT_EQ(said(Error::FailedLookup, {1, number(LookupFailureType::MissingCapability), 64}),
              "FailedLookup: source lookup, MissingCapability, 64 bits left\n");
    EXPECT_EQ(said(Error::FailedLookup, {1, number(LookupFailureType::DepthMismatch), 3, 64}),
              "FailedLookup: source lookup, DepthMismatch, 3 bits left, 64 bits found\n");
    EXPECT_EQ(
        said(Error::FailedLookup, {0, number(LookupFailureType::GuardMismatch), 64, 0xa, 51}),
        "FailedLookup: destination lookup, GuardMismatch, 64 bits left, guard 0xa of 51 bits\n");
}

TEST(Refusal, IsReportedWhereNobodyExpectsIt) {
    const FakeKernel kernel;
    user::must(k::Ok{});
    EXPECT_EQ(kernel.printed, "");
    user::must(k::Unexpected{user::Refusal{Error::DeleteFirst, {}}});
    EXPECT_EQ(kernel.printed, "unexpected: DeleteFirst\n");
}

TEST(Refusal, IsTakenFromTheBuffer) {
    const FakeKernel kernel;
    for (int i = 0; i < 5; ++i)
        seL4_SetMR(i, static_cast<u64>(i) + 10);
    EXPECT_TRUE(user::status_of(seL4_NoError));
    const auto status = user::status_of(seL4_RevokeFirst);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().error, Error::RevokeFirst);
    EXPECT_EQ(status.error().words, (std::array<u64, 5>{10, 11, 12, 13, 14}));
}

} // namespace
