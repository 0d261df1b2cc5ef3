// How the kernel stops, what it traces, and what it checks between events.
#include "base/assert.hpp"
#include "base/invariant.hpp"
#include "base/panic.hpp"
#include "base/trace.hpp"
#include "state/kernel_state.hpp"

#include <gtest/gtest.h>

namespace k {
namespace {

TEST(PanicDeathTest, SaysWhatAndWhere) {
    EXPECT_DEATH(panic("{} of {:#x}", 3, 0xffu),
                 "^PANIC: 3 of 0xff\n  at tests/unit/hooks_test.cpp:[0-9]+\n$");
}

TEST(PanicDeathTest, AssertionsNameTheirCondition) {
    EXPECT_DEATH(K_ASSERT(1 + 1 == 3),
                 "^PANIC: assertion failed: 1 \\+ 1 == 3\n  at tests/unit/hooks_test.cpp:");
}

TEST(Assertion, CostsNothingWhereItHolds) {
    int evaluated = 0;
    K_ASSERT(++evaluated == 1);
    EXPECT_EQ(evaluated, 1);
}

TEST(Trace, KeepsTheNewestRecords) {
    trace::Ring ring;
    for (u64 i = 0; i < trace::Ring::capacity + 2; ++i)
        ring.add({trace::Kind::Boot, {i}});
    EXPECT_EQ(ring.count(), trace::Ring::capacity + 2);
    EXPECT_EQ(ring.newest().words[0], trace::Ring::capacity + 1);
    EXPECT_EQ(ring.newest(trace::Ring::capacity - 1).words[0], 2u) << "the oldest that is left";
}

TEST(Trace, RecordsOnlyInBuildsThatTrace) {
    const u64 before = trace::ring.count();
    trace::event(trace::Kind::Boot, 1);
    EXPECT_EQ(trace::ring.count() - before, trace::enabled ? 1u : 0u);
}

constexpr KernelState sound_state{
    .console = dev::Pl011{0},
    .firmware = dev::Psci{arch::Conduit::Hvc},
    .image = {PhysAddr{0x4020'0000}, PhysAddr{0x4021'0000}},
};

TEST(Invariants, HoldInASoundState) {
    check_invariants(sound_state);
}

TEST(InvariantsDeathTest, NameWhatIsBroken) {
    static_assert(invariants_checked, "the host build is a debug build");
    KernelState off_boundary = sound_state;
    off_boundary.image.begin = PhysAddr{0x4020'1000};
    EXPECT_DEATH(check_invariants(off_boundary), "broken invariant: the image starts where");

    KernelState empty = sound_state;
    empty.image.end = empty.image.begin;
    EXPECT_DEATH(check_invariants(empty), "broken invariant: the image has a beginning and an end");

    KernelState unmeasured = sound_state;
    unmeasured.cycles.emplace();
    unmeasured.latency.add(1);
    EXPECT_DEATH(check_invariants(unmeasured), "broken invariant: every tick has a latency");
}

} // namespace
} // namespace k
