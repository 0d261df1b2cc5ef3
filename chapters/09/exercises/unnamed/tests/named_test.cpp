// What Move takes from where, when an index has more bits than the walk can use.
#include "world_model.hpp"

namespace k::test {
namespace {

class Named : public WorldTest {
  protected:
    static constexpr u64 short_root = free_slot; ///< the root CNode without a guard, so 8 bits
    static constexpr u64 target = free_slot + 1;

    void SetUp() override {
        EXPECT_EQ(invoke(root, abi::label::CNodeMint, {short_root, 64, root, 64, 15, 0}, {root}),
                  no_error);
    }

    /// Moves what the first `bits` of 8 + 4 bits of index name.
    Answer move_from(u64 index, u64 depth) {
        return invoke(root, abi::label::CNodeMove, {target, 64, index, depth}, {short_root});
    }

    static Answer left_over(u64 bits) {
        return failed_lookup(true, LookupFailure::depth_mismatch(bits, 0));
    }
};

TEST_F(Named, ASlotIsMoved) {
    EXPECT_EQ(move_from(untyped, 8), no_error);
    EXPECT_TRUE(slot(untyped).is_empty());
}

TEST_F(Named, ASlotBehindAnUntypedIsNoSlot) {
    EXPECT_EQ(move_from(untyped << 4 | 3, 12), left_over(4));
    EXPECT_EQ(slot(untyped).cap.type(), CapType::Untyped) << "and nobody has named this one";
}

TEST_F(Named, ASlotBehindADeviceIsNoSlot) {
    EXPECT_EQ(move_from(device << 1, 9), left_over(1));
    EXPECT_FALSE(slot(device).is_empty());
}

TEST_F(Named, ASlotBehindAnEmptyOneIsNoSlot) {
    EXPECT_EQ(move_from(200 << 4, 12), left_over(4));
}

} // namespace
} // namespace k::test
