// How CPtrs and indices lead to slots, over several CNodes.
#include "syscall/lookup.hpp"
#include "world_model.hpp"

namespace k::test {
namespace {

using abi::CNodeData;
using abi::Error;
using abi::ObjectType;

/// The root CNode leads to `outer` (4 slots, guard 0b101), slot 3 of which leads to `inner` (8
/// slots, no guard), slot 5 of which holds an endpoint.
class CSpace : public WorldTest {
  protected:
    static constexpr u64 outer = free_slot;
    static constexpr u64 inner = free_slot + 1;
    static constexpr u64 endpoint = free_slot + 2;

    CSpace() {
        EXPECT_EQ(retype(untyped, ObjectType::CapTable, 2, outer), no_error);
        EXPECT_EQ(retype(untyped, ObjectType::CapTable, 3, inner), no_error);
        EXPECT_EQ(retype(untyped, ObjectType::Endpoint, 0, endpoint), no_error);
        outer_slots_ = slot(outer).cap.as<CNode>()->slots();
        inner_slots_ = slot(inner).cap.as<CNode>()->slots();
        set_guard(slot(outer), 0b101, 3);
        move(slot(inner), outer_slots_[3]);
        move(slot(endpoint), inner_slots_[5]);
    }

    static void set_guard(Slot& slot, u64 guard, unsigned size) {
        const auto data =
            CNodeData{}.with(CNodeData::guard, guard).with(CNodeData::guard_size, size);
        slot.cap = *slot.cap.as<CNode>()->with_guard(data);
    }

    Result<Slot*> find(u64 index, u64 depth) {
        return lookup_argument(slot(root).cap, index, depth, LookupOf::Source);
    }

    Answer why(u64 index, u64 depth) {
        const auto found = find(index, depth);
        EXPECT_FALSE(found);
        if (found) return {};
        const auto words = found.error().words.items();
        return {static_cast<u64>(found.error().code), {words.begin(), words.end()}};
    }

    std::span<Slot> outer_slots_;
    std::span<Slot> inner_slots_;
};

// Bits of an index, from the top: 56 zeros (guard), 8 of the root CNode, 3 of a guard, 2 of the
// outer CNode, 3 of the inner one.
constexpr u64 to_outer = CSpace::free_slot;
constexpr u64 to_inner = to_outer << 5 | 0b101 << 2 | 3;
constexpr u64 to_endpoint = to_inner << 3 | 5;

TEST_F(CSpace, LeadsFromCNodeToCNode) {
    set_guard(slot(root), 0, 64 - root_radix - 8);
    EXPECT_EQ(*find(to_outer, 56), &slot(outer)) << "the bits end at a CNode";
    EXPECT_EQ(*find(to_inner, 61), &outer_slots_[3]);
    EXPECT_EQ(*find(to_endpoint, 64), &inner_slots_[5]);
    EXPECT_EQ(*find(to_endpoint - 1, 64), &inner_slots_[4]) << "an empty slot is found, too";
}

TEST_F(CSpace, LooksOnlyAtTheBitsThatCount) {
    set_guard(slot(root), 0b11, 2);
    const u64 index = u64{0b11} << 16 | to_endpoint;
    EXPECT_EQ(*find(index, 18), &inner_slots_[5]);
    EXPECT_EQ(*find(index | ~u64{0} << 18, 18), &inner_slots_[5]);
}

TEST_F(CSpace, EndsCPtrsWhereThereIsNoCNode) {
    set_guard(slot(root), 0, 0);
    set_guard(thread().slot(ThreadSlot::CSpaceRoot), 0, 0);
    const auto cptr = [](u64 index, u64 rest) { return index << 56 | rest; };
    EXPECT_EQ(*lookup(thread(), cptr(untyped, 0x1234)), &slot(untyped)) << "whatever bits are left";
    EXPECT_EQ(*lookup(thread(), cptr(200, 0x1234)), &slot(200));
    EXPECT_EQ(*lookup(thread(), to_endpoint << 48 | 0xbeef), &inner_slots_[5]);
    EXPECT_EQ(why(cptr(untyped, 0), 64), failed_lookup(true, LookupFailure::depth_mismatch(56, 0)));
    EXPECT_EQ(why(cptr(200, 0), 64), failed_lookup(true, LookupFailure::depth_mismatch(56, 0)));
}

TEST_F(CSpace, ComparesGuards) {
    set_guard(slot(root), 0, 0);
    const u64 wrong = to_outer << 5 | 0b100 << 2 | 3;
    EXPECT_EQ(why(wrong, 13), failed_lookup(true, LookupFailure::guard_mismatch(5, 0b101, 3)));
    EXPECT_EQ(why(wrong >> 2, 11), failed_lookup(true, LookupFailure::guard_mismatch(3, 0b101, 3)))
        << "before the depth";
    EXPECT_EQ(why(to_inner >> 3, 10),
              failed_lookup(true, LookupFailure::guard_mismatch(2, 0b101, 3)))
        << "fewer bits than the guard has";
    set_guard(outer_slots_[3], 0, 63 - 2);
    EXPECT_EQ(why(to_endpoint, 16), failed_lookup(true, LookupFailure::guard_mismatch(3, 0, 61)));
}

TEST_F(CSpace, CountsBits) {
    set_guard(slot(root), 0, 0);
    EXPECT_EQ(why(to_inner >> 2, 11), failed_lookup(true, LookupFailure::depth_mismatch(3, 5)));
    EXPECT_EQ(why(to_inner >> 1, 12), failed_lookup(true, LookupFailure::depth_mismatch(4, 5)));
    EXPECT_EQ(why(to_endpoint >> 1, 15), failed_lookup(true, LookupFailure::depth_mismatch(2, 3)));
    EXPECT_EQ(why(0, 7), failed_lookup(true, LookupFailure::depth_mismatch(7, 8)));
}

TEST_F(CSpace, TakesDepthsFrom1To64) {
    EXPECT_EQ(why(0, 0), error(Error::RangeError, {1, 64}));
    EXPECT_EQ(why(0, 65), error(Error::RangeError, {1, 64}));
    EXPECT_EQ(why(0, 0x108), error(Error::RangeError, {1, 64})) << "all of the word counts";
    EXPECT_TRUE(find(0, 64));
}

TEST_F(CSpace, NeedsACNodeToBeginWith) {
    const auto found = lookup_argument(slot(untyped).cap, 0, 0, LookupOf::Destination);
    EXPECT_EQ(found.error().code, Error::FailedLookup) << "before the depth";
    EXPECT_EQ(found.error().words.items()[1], 1u);
    move(thread().slot(ThreadSlot::CSpaceRoot), slot(200));
    EXPECT_EQ(lookup(thread(), 0).error(), LookupFailure::invalid_root());
}

TEST_F(CSpace, GoesRoundInACNodeThatLeadsToItself) {
    constexpr u64 loop = free_slot + 3;
    ASSERT_EQ(retype(untyped, ObjectType::CapTable, 1, loop), no_error);
    const auto slots = slot(loop).cap.as<CNode>()->slots();
    derive(slots[1], slot(loop).cap, slot(loop), Birth::Copy);
    EXPECT_EQ(*lookup_argument(slot(loop).cap, ~u64{0}, 64, LookupOf::Source), &slots[1]);
    EXPECT_EQ(*lookup_argument(slot(loop).cap, ~u64{1}, 64, LookupOf::Source), &slots[0]);
}

TEST_F(CSpace, TurnsAFailedLookupIntoAFault) {
    load(~u64{0}, abi::label::CNodeCopy, {});
    const auto exit = system_call(SendMode::Call);
    ASSERT_FALSE(exit);
    EXPECT_EQ(exit.error().cptr, ~u64{0});
    EXPECT_EQ(exit.error().failure, LookupFailure::guard_mismatch(64, 0, 64 - root_radix));
}

} // namespace
} // namespace k::test
