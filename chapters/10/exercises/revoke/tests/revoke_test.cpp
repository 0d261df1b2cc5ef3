// Revoke by itself: what stays, when interrupts come in, and what others may do in between.
#include "world_model.hpp"

namespace k::test {
namespace {

using abi::ObjectType;

class Revoke : public WorldTest {
  protected:
    static constexpr u64 all = 15;
    static constexpr u64 a = free_slot; ///< slots for what a test makes
    static constexpr u64 copies = free_slot + 1;
    static constexpr u64 count = 40;
    static constexpr u64 other = copies + count;

    void SetUp() override {
        EXPECT_EQ(retype(untyped, ObjectType::Endpoint, 0, a), no_error);
        for (u64 i = 0; i < count; ++i)
            copy(i % 2 == 0 ? a : copies + i - 1, copies + i);
    }

    void copy(u64 from, u64 to) {
        EXPECT_EQ(invoke(root, abi::label::CNodeCopy, {to, 64, from, 64, all}, {root}), no_error);
    }

    void revoke_all() {
        EXPECT_EQ(invoke(root, abi::label::CNodeRevoke, {a, 64}), no_error);
        EXPECT_EQ(left(), 0u);
    }

    /// Revokes until the first interrupt, which comes after `points` others might have.
    void begin(unsigned points) {
        interrupt_after_each(points);
        load(root, abi::label::CNodeRevoke, {a, 64});
        EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Preempted);
        interrupt_after_each({});
        check();
    }

    /// How many of the copies are there.
    u64 left() {
        u64 sum = 0;
        for (u64 i = 0; i < count; ++i)
            sum += u64{!slot(copies + i).is_empty()};
        return sum;
    }
};

TEST_F(Revoke, LeavesTheNeighbours) {
    EXPECT_EQ(retype(untyped, ObjectType::Endpoint, 0, other), no_error);
    EXPECT_EQ(retype(untyped, ObjectType::Notification, 0, other + 1), no_error);
    revoke_all();
    EXPECT_EQ(slot(a).cap.type(), CapType::Endpoint);
    EXPECT_EQ(slot(other).cap.type(), CapType::Endpoint);
    EXPECT_EQ(slot(other + 1).cap.type(), CapType::Notification);
    EXPECT_EQ(invoke(root, abi::label::CNodeRevoke, {other, 64}), no_error);
    EXPECT_EQ(slot(a).cap.type(), CapType::Endpoint) << "which stands right behind it in the list";
}

TEST_F(Revoke, LetsInterruptsInAfterEveryCopy) {
    interrupt_after_each(0);
    revoke_all();
    EXPECT_EQ(preemptions(), count - 1) << "after every copy but the last";
}

TEST_F(Revoke, GoesOnWhereItStopped) {
    begin(5);
    EXPECT_EQ(left(), count - 6);
    begin(9);
    EXPECT_EQ(left(), count - 16);
    revoke_all();
}

TEST_F(Revoke, CopesWithWhatOthersDidMeanwhile) {
    begin(5);
    EXPECT_EQ(invoke(root, abi::label::CNodeMove, {other, 64, a, 64}, {root}), no_error);
    copy(other, a);
    EXPECT_EQ(invoke(root, abi::label::CNodeRevoke, {other, 64}), no_error);
    EXPECT_EQ(left(), 0u);
    EXPECT_TRUE(slot(a).is_empty()) << "a copy that was made in the meantime";
    EXPECT_FALSE(slot(other).is_empty());
}

} // namespace
} // namespace k::test
