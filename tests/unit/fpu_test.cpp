// Whose numbers are in the floating-point registers: SEMANTICS, "TCBs".
#include "sched/fpu.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace k {
namespace {

/// Threads that compute, on registers that a test looks into.
class FpuTest : public testing::Test {
  protected:
    FpuTest() {
        arch::fake_fpu = numbers(0xffff); // what firmware left
        arch::fake_fpu_permitted = true;
    }

    static arch::FpuState numbers(u64 seed) {
        arch::FpuState state;
        state.fpsr = seed;
        state.fpcr = seed + 1;
        for (auto& vector : state.v)
            vector = {++seed, ~seed};
        return state;
    }

    static bool holds(u64 seed) {
        const arch::FpuState expected = numbers(seed);
        return std::memcmp(&arch::fake_fpu, &expected, sizeof expected) == 0;
    }

    /// `thread` runs, and executes an instruction that needs the registers. \returns whether it may
    bool use(Tcb& thread, u64 seed) {
        fpu_.admit(thread);
        if (!arch::fake_fpu_permitted && !fpu_.claim(thread)) return false;
        EXPECT_TRUE(arch::fake_fpu_permitted);
        EXPECT_EQ(fpu_.owner(), &thread);
        arch::fake_fpu = numbers(seed);
        return true;
    }

    Fpu fpu_;
    Tcb a_{};
    Tcb b_{};
};

TEST_F(FpuTest, AThreadBeginsWithZeros) {
    fpu_.admit(a_);
    EXPECT_FALSE(arch::fake_fpu_permitted) << "nobody has used them yet";
    EXPECT_TRUE(fpu_.claim(a_));
    const arch::FpuState zeros{};
    EXPECT_EQ(std::memcmp(&arch::fake_fpu, &zeros, sizeof zeros), 0) << "not what firmware left";
}

TEST_F(FpuTest, EachThreadFindsItsOwnNumbers) {
    EXPECT_TRUE(use(a_, 100));
    EXPECT_TRUE(use(b_, 200));
    fpu_.admit(a_);
    EXPECT_TRUE(fpu_.claim(a_));
    EXPECT_TRUE(holds(100));
    fpu_.admit(b_);
    EXPECT_TRUE(fpu_.claim(b_));
    EXPECT_TRUE(holds(200));
}

TEST_F(FpuTest, NothingIsCopiedForAThreadThatDoesNotCompute) {
    EXPECT_TRUE(use(a_, 100));
    const arch::FpuState before = a_.fpu;
    fpu_.admit(b_);
    EXPECT_FALSE(arch::fake_fpu_permitted);
    EXPECT_TRUE(holds(100)) << "they are still there";
    fpu_.admit(a_);
    EXPECT_TRUE(arch::fake_fpu_permitted) << "and need no exception";
    EXPECT_EQ(std::memcmp(&a_.fpu, &before, sizeof before), 0);
}

TEST_F(FpuTest, NumbersSurviveWhileAThreadMayNotUseThem) {
    constexpr abi::TcbFlags denied{abi::TcbFlags::fpu_disabled.mask};
    EXPECT_TRUE(use(a_, 100));
    a_.flags = denied;
    EXPECT_FALSE(use(a_, 300));
    b_.flags = denied;
    EXPECT_FALSE(use(b_, 300));
    EXPECT_EQ(fpu_.owner(), &a_);
    a_.flags = {};
    fpu_.admit(a_);
    EXPECT_TRUE(arch::fake_fpu_permitted);
    EXPECT_TRUE(holds(100));
}

TEST_F(FpuTest, ADeadThreadsNumbersAreNobodys) {
    EXPECT_TRUE(use(a_, 100));
    fpu_.forget(b_);
    EXPECT_EQ(fpu_.owner(), &a_);
    fpu_.forget(a_);
    EXPECT_EQ(fpu_.owner(), nullptr);
    a_ = {}; // another thread, at the same address
    fpu_.admit(a_);
    EXPECT_FALSE(arch::fake_fpu_permitted);
    EXPECT_TRUE(fpu_.claim(a_));
    EXPECT_FALSE(holds(100));
    EXPECT_EQ(b_.fpu.fpsr, 0u);
}

} // namespace
} // namespace k
