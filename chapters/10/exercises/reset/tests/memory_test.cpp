// When the memory of an untyped may be given out again.
#include "world_model.hpp"

namespace k::test {
namespace {

using abi::Error;
using abi::ObjectType;

class Memory : public WorldTest {
  protected:
    static constexpr u64 original = free_slot;
    static constexpr u64 copy = free_slot + 1;
    static constexpr u64 next = free_slot + 2;

    /// Makes something of the small untyped, a copy of its capability, and deletes the original.
    void leave_a_copy_of(ObjectType type, u64 size_bits) {
        EXPECT_EQ(retype(small_untyped, type, size_bits, original), no_error);
        EXPECT_EQ(invoke(root, abi::label::CNodeCopy, {copy, 64, original, 64, 15}, {root}),
                  no_error);
        EXPECT_EQ(invoke(root, abi::label::CNodeDelete, {original, 64}), no_error);
    }

    Answer take_all() { return retype(small_untyped, ObjectType::Untyped, page_bits, next); }
};

TEST_F(Memory, OfAnEndpointIsKeptByACopy) {
    leave_a_copy_of(ObjectType::Endpoint, 0);
    EXPECT_EQ(take_all().label, static_cast<u64>(Error::NotEnoughMemory));
}

TEST_F(Memory, OfACNodeIsKeptByACopy) {
    leave_a_copy_of(ObjectType::CapTable, 4);
    const auto slots = slot(copy).cap.as<CNode>()->slots();
    EXPECT_EQ(invoke(copy, abi::label::CNodeCopy, {5, 4, device, 64, 15}, {root}), no_error);
    EXPECT_EQ(take_all().label, static_cast<u64>(Error::NotEnoughMemory));
    EXPECT_FALSE(slots[5].is_empty()) << "somebody's CNode was cleared";
}

TEST_F(Memory, IsFreeWhenTheCopyHasGone) {
    leave_a_copy_of(ObjectType::CapTable, 4);
    EXPECT_EQ(invoke(root, abi::label::CNodeDelete, {copy, 64}), no_error);
    EXPECT_EQ(take_all(), no_error);
}

TEST_F(Memory, IsFreeAfterRevoke) {
    leave_a_copy_of(ObjectType::CapTable, 4);
    EXPECT_EQ(invoke(root, abi::label::CNodeRevoke, {small_untyped, 64}), no_error);
    EXPECT_TRUE(slot(copy).is_empty());
    EXPECT_EQ(take_all(), no_error);
}

} // namespace
} // namespace k::test
