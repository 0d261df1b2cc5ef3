// Untyped memory and Retype: every way in which it is refused, in the order of the checks, and what
// it leaves behind when it is not.
#include "world_model.hpp"

#include <cstring>

namespace k::test {
namespace {

using abi::Error;
using abi::ObjectType;
using abi::label::UntypedRetype;

constexpr u64 type_untyped = u64(ObjectType::Untyped);
constexpr u64 type_cap_table = u64(ObjectType::CapTable);

class RetypeTest : public WorldTest {
  protected:
    /// A message in which one word at a time can be made wrong. As it stands, it makes one page.
    struct Words {
        u64 type = type_untyped;
        u64 size_bits = page_bits;
        u64 node_index = 0;
        u64 node_depth = 0;
        u64 node_offset = free_slot;
        u64 num_objects = 1;
    };

    Answer send(const Words& w, u64 cptr = untyped, u64 destination = root) {
        return invoke(
            cptr, UntypedRetype,
            {w.type, w.size_bits, w.node_index, w.node_depth, w.node_offset, w.num_objects},
            {destination});
    }

    /// Makes a CNode of 2^radix slots, which then is in slot 100.
    Cap<CNode> make_cnode(unsigned radix) {
        EXPECT_EQ(retype(untyped, ObjectType::CapTable, radix, 100), no_error);
        return *slot(100).cap.as<CNode>();
    }

    Cap<Untyped> untyped_at(u64 index) { return *slot(index).cap.as<Untyped>(); }

    bool is_zero(PhysRange range) {
        const auto* const bytes = arch::window.at<u8>(range.begin);
        return std::all_of(bytes, bytes + range.bytes(), [](u8 byte) { return byte == 0; });
    }
};

// --- What is refused, in the order in which the checks win -------------------------------------

TEST_F(RetypeTest, IsTheOnlyMethod) {
    EXPECT_EQ(invoke(untyped, 0, {}), error(Error::IllegalOperation));
    EXPECT_EQ(invoke(untyped, abi::label::TCBReadRegisters, {}), error(Error::IllegalOperation));
}

TEST_F(RetypeTest, NeedsSixWordsAndARoot) {
    EXPECT_EQ(invoke(untyped, UntypedRetype, {99, 99, 0, 0, 999}, {root}),
              error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(untyped, UntypedRetype, {99, 99, 0, 0, 999, 0}),
              error(Error::TruncatedMessage));
}

TEST_F(RetypeTest, NeedsABufferForSixWords) {
    drop_buffer();
    EXPECT_EQ(send({}), error(Error::TruncatedMessage));
}

TEST_F(RetypeTest, RefusesTypesThatDoNotExist) {
    EXPECT_EQ(send({.type = abi::object_types, .size_bits = 64}),
              error(Error::InvalidArgument, {0}));
    EXPECT_EQ(send({.type = bit(32), .size_bits = 64}), error(Error::InvalidArgument, {0}));
    EXPECT_EQ(send({.type = ~u64{0}, .size_bits = 64}), error(Error::InvalidArgument, {0}));
}

TEST_F(RetypeTest, RefusesTypesThatAreStillToCome) {
    for (u64 type = 0; type < abi::object_types; ++type) {
        if (object_kind(type)) continue;
        EXPECT_EQ(send({.type = type, .size_bits = 64}), error(Error::InvalidArgument, {0}));
    }
}

TEST_F(RetypeTest, RefusesObjectsOfMoreThan128TiB) {
    const Answer too_large = error(Error::RangeError, {0, 47});
    for (const u64 bits : {u64{48}, u64{63}, u64{64}, ~u64{0}})
        EXPECT_EQ(send({.size_bits = bits, .node_depth = 99}), too_large);
    for (const u64 bits : {u64{43}, u64{59}, u64{63}, u64{64}, ~u64{0}})
        EXPECT_EQ(send({.type = type_cap_table, .size_bits = bits, .node_depth = 99}), too_large);
    for (u64 type = 0; type < abi::object_types; ++type) {
        if (!object_kind(type)) continue;
        EXPECT_EQ(send({.type = type, .size_bits = 64}), too_large) << "though it may not count";
    }
    EXPECT_EQ(send({.size_bits = 47}), error(Error::NotEnoughMemory, {bit(untyped_bits)}));
    EXPECT_EQ(send({.type = type_cap_table, .size_bits = 42}),
              error(Error::NotEnoughMemory, {bit(untyped_bits)}));
}

TEST_F(RetypeTest, RefusesObjectsThatAreTooSmall) {
    const Answer too_small = error(Error::InvalidArgument, {1});
    EXPECT_EQ(send({.size_bits = 3, .node_depth = 99}), too_small);
    EXPECT_EQ(send({.type = type_cap_table, .size_bits = 0, .node_depth = 99}), too_small);
    EXPECT_EQ(send({.size_bits = 4}), no_error);
    EXPECT_EQ(send({.type = type_cap_table, .size_bits = 1, .node_offset = free_slot + 1}),
              no_error);
}

TEST_F(RetypeTest, RefusesADepthThatIsNone) {
    for (const u64 depth : {u64{65}, u64{0x101}, ~u64{0}})
        EXPECT_EQ(send({.node_depth = depth, .node_offset = 999}),
                  error(Error::RangeError, {1, 64}));
}

TEST_F(RetypeTest, RefusesARootThatIsNoCNode) {
    for (const u64 other : {untyped, free_slot})
        EXPECT_EQ(send({.node_depth = 99, .node_offset = 999}, untyped, other),
                  failed_lookup(false, LookupFailure::invalid_root()));
}

TEST_F(RetypeTest, RefusesPathsThatLeadNowhere) {
    EXPECT_EQ(send({.node_index = bit(60), .node_depth = 64, .node_offset = 999}),
              failed_lookup(false, LookupFailure::guard_mismatch(64, 0, 64 - root_radix)));
    EXPECT_EQ(send({.node_depth = 55, .node_offset = 999}),
              failed_lookup(false, LookupFailure::guard_mismatch(55, 0, 64 - root_radix)));
    EXPECT_EQ(send({.node_depth = 57, .node_offset = 999}),
              failed_lookup(false, LookupFailure::depth_mismatch(57, 64)));
}

TEST_F(RetypeTest, RefusesPathsThatGoOnBehindTheirEnd) {
    make_cnode(4); // whose guard has no bits
    EXPECT_EQ(send({.node_index = 0x30, .node_depth = 9, .node_offset = 999}, untyped, 100),
              failed_lookup(false, LookupFailure::depth_mismatch(5, 0)));
}

TEST_F(RetypeTest, RefusesDestinationsThatAreNoCNode) {
    const auto missing = [](u64 depth) {
        return failed_lookup(false, LookupFailure::missing_capability(depth));
    };
    EXPECT_EQ(send({.node_offset = 999}, untyped, device), missing(0));
    EXPECT_EQ(send({.node_offset = 999}, untyped, free_slot), missing(0));
    EXPECT_EQ(send({.node_index = device, .node_depth = 64, .node_offset = 999}), missing(64));
    EXPECT_EQ(send({.node_index = free_slot, .node_depth = 64, .node_offset = 999}), missing(64));
}

TEST_F(RetypeTest, RefusesSlotsBehindTheLast) {
    const u64 last = root_slots().size() - 1;
    EXPECT_EQ(send({.node_offset = last + 1, .num_objects = 0}),
              error(Error::RangeError, {0, last}));
    EXPECT_EQ(send({.node_offset = ~u64{0}, .num_objects = 0}),
              error(Error::RangeError, {0, last}));
    EXPECT_EQ(send({.node_offset = last}), no_error);
}

TEST_F(RetypeTest, RefusesNoObjectsAndTooMany) {
    for (const u64 count : {u64{0}, u64{257}, ~u64{0}})
        EXPECT_EQ(send({.node_offset = 255, .num_objects = count}),
                  error(Error::RangeError, {1, 256}));
}

TEST_F(RetypeTest, MakesUpTo256ObjectsAtOnce) {
    const auto slots = make_cnode(8).slots();
    EXPECT_EQ(send({.size_bits = 4,
                    .node_index = 100,
                    .node_depth = 64,
                    .node_offset = 0,
                    .num_objects = 256}),
              no_error);
    EXPECT_FALSE(slots[255].is_empty());
}

TEST_F(RetypeTest, RefusesMoreObjectsThanSlots) {
    EXPECT_EQ(send({.node_offset = 200, .num_objects = 57}), error(Error::RangeError, {1, 56}));
    EXPECT_EQ(send({.node_offset = root, .num_objects = 255}), error(Error::RangeError, {1, 254}));
    EXPECT_EQ(send({.node_offset = 200, .num_objects = 56}), no_error);
}

TEST_F(RetypeTest, RefusesSlotsThatAreNotEmpty) {
    EXPECT_EQ(send({.size_bits = 47, .node_offset = root}), error(Error::DeleteFirst));
    EXPECT_EQ(send({.size_bits = 47, .node_offset = device - 3, .num_objects = 4}),
              error(Error::DeleteFirst));
    EXPECT_EQ(send({.size_bits = 4, .node_offset = device + 1, .num_objects = 4}), no_error);
}

TEST_F(RetypeTest, RefusesMoreThanThereIs) {
    EXPECT_EQ(send({.size_bits = untyped_bits + 1}), error(Error::NotEnoughMemory, {bit(18)}));
    EXPECT_EQ(send({.size_bits = untyped_bits, .num_objects = 2}),
              error(Error::NotEnoughMemory, {bit(18)}));
    EXPECT_EQ(send({.size_bits = 47, .num_objects = 2}, device),
              error(Error::NotEnoughMemory, {page_bytes}));
    EXPECT_EQ(send({.size_bits = untyped_bits}), no_error);
    EXPECT_EQ(send({.size_bits = 4, .node_offset = 99}), error(Error::NotEnoughMemory, {0}));
}

TEST_F(RetypeTest, CountsWhatIsFreeBeforeItAligns) {
    EXPECT_EQ(send({.size_bits = 17}), no_error);
    EXPECT_EQ(send({.size_bits = 4, .node_offset = 33}), no_error);
    EXPECT_EQ(send({.size_bits = 17, .node_offset = 34}),
              error(Error::NotEnoughMemory, {bit(17) - 16}));
    EXPECT_EQ(send({.size_bits = 15, .node_offset = 34, .num_objects = 4}),
              error(Error::NotEnoughMemory, {bit(17) - 16}));
    EXPECT_EQ(send({.size_bits = 15, .node_offset = 34, .num_objects = 3}), no_error);
    EXPECT_EQ(untyped_at(34).address(), memory() + bit(17) + bit(15));
    EXPECT_EQ(send({.size_bits = 4, .node_offset = 99}), error(Error::NotEnoughMemory, {0}));
}

TEST_F(RetypeTest, MakesNothingInDevicesThatNeedsMemory) {
    EXPECT_EQ(send({.type = type_cap_table, .size_bits = 1}, device),
              error(Error::InvalidArgument, {1}));
    EXPECT_EQ(send({.type = type_cap_table, .size_bits = 42}, device),
              error(Error::NotEnoughMemory, {page_bytes}));
}

// --- What is made ------------------------------------------------------------------------------

TEST_F(RetypeTest, MakesObjectsSideBySide) {
    EXPECT_EQ(send({.size_bits = 4}), no_error);
    EXPECT_EQ(send({.node_offset = 33, .num_objects = 3}), no_error);
    for (u64 i = 0; i < 3; ++i) {
        const auto made = untyped_at(33 + i);
        EXPECT_EQ(made.address(), memory() + (1 + i) * page_bytes) << "aligned, and ascending";
        EXPECT_EQ(made.size_bits(), page_bits);
        EXPECT_EQ(made.watermark(), 0u);
        EXPECT_FALSE(made.is_device());
        EXPECT_EQ(made.rights(), all_rights);
    }
    EXPECT_EQ(untyped_at(untyped).watermark(), 4 * page_bytes);
}

TEST_F(RetypeTest, MakesChildren) {
    EXPECT_FALSE(has_children(slot(untyped)));
    EXPECT_EQ(send({.num_objects = 2}), no_error);
    EXPECT_TRUE(has_children(slot(untyped)));
    EXPECT_EQ(send({.size_bits = 4, .node_offset = 34}, free_slot), no_error);
    EXPECT_TRUE(is_parent(slot(untyped), slot(34)));
    EXPECT_TRUE(is_parent(slot(free_slot), slot(34)));
    EXPECT_FALSE(is_parent(slot(free_slot + 1), slot(34)));
    EXPECT_FALSE(is_parent(slot(34), slot(34 + 1)));
    for (const u64 made : {u64{32}, u64{33}, u64{34}})
        EXPECT_TRUE(slot(made).has(Slot::Original));
    EXPECT_FALSE(has_children(slot(free_slot + 1)));
}

TEST_F(RetypeTest, MakesCNodesOfEmptySlots) {
    const auto cnode = make_cnode(4);
    EXPECT_EQ(cnode.radix(), 4u);
    EXPECT_EQ(cnode.guard(), 0u);
    EXPECT_EQ(cnode.guard_size(), 0u);
    EXPECT_EQ(cnode.address(), memory());
    EXPECT_EQ(cnode.slots().size(), 16u);
    EXPECT_TRUE(std::ranges::all_of(cnode.slots(), &Slot::is_empty));
    EXPECT_EQ(untyped_at(untyped).watermark(), 16 * sizeof(Slot));
}

TEST_F(RetypeTest, FillsACNodeThatItIsLedTo) {
    const auto cnode = make_cnode(4);
    EXPECT_EQ(send({.node_index = 100, .node_depth = 64, .node_offset = 15}), no_error);
    EXPECT_EQ(cnode.slots()[15].cap.type(), CapType::Untyped);
    EXPECT_EQ(
        send({.node_index = ~u64{0} << 4 | 7, .node_depth = 0, .node_offset = 7}, untyped, 100),
        no_error)
        << "at depth 0 the index does not count";
    EXPECT_EQ(cnode.slots()[7].cap.type(), CapType::Untyped);
    EXPECT_EQ(send({.type = type_cap_table, .size_bits = 4, .node_offset = 3}, untyped, 100),
              no_error);
    EXPECT_EQ(send({.node_index = 0xffff'fff3, .node_depth = 4, .node_offset = 0}, untyped, 100),
              no_error)
        << "of the index only the lowest bits count";
    EXPECT_EQ(cnode.slots()[3].cap.as<CNode>()->slots()[0].cap.type(), CapType::Untyped);
}

TEST_F(RetypeTest, NeverTouchesADevice) {
    EXPECT_EQ(send({.size_bits = 11, .num_objects = 2}, device), no_error);
    EXPECT_TRUE(untyped_at(free_slot).is_device());
    EXPECT_EQ(untyped_at(free_slot + 1).address(), device_memory() + bit(11));
    EXPECT_EQ(send({.size_bits = 4, .node_offset = 99}, free_slot + 1), no_error);
    EXPECT_TRUE(untyped_at(99).is_device());
}

// --- Clearing ----------------------------------------------------------------------------------

TEST_F(RetypeTest, ClearsAllMemoryThatHasBeenUsed) {
    EXPECT_EQ(send({.size_bits = 4}), no_error);
    EXPECT_TRUE(is_zero(untyped_at(untyped).range()));
    std::memset(arch::window.at<void>(memory()), 0x77, 64);
    EXPECT_EQ(send({.size_bits = 4, .node_offset = 33}), no_error);
    EXPECT_FALSE(is_zero(untyped_at(32).range())) << "what is somebody's is left alone";
    EXPECT_FALSE(is_zero({memory() + 16, memory() + 64})) << "and the rest is known to be zero";
}

TEST_F(RetypeTest, BeginsAgainWhenNothingIsLeft) {
    EXPECT_EQ(send({.size_bits = 4}, small_untyped), no_error);
    const auto used = untyped_at(small_untyped);
    EXPECT_EQ(free_begin(slot(small_untyped)), 16u);
    slot(small_untyped) = {};
    slot(free_slot) = {};
    plant(slot(small_untyped), used.raw()); // as though its child had been deleted
    EXPECT_EQ(free_begin(slot(small_untyped)), 0u);
    std::memset(arch::window.at<void>(used.address()), 0x77, 32);
    EXPECT_EQ(send({.size_bits = 4}, small_untyped), no_error);
    EXPECT_EQ(untyped_at(free_slot).address(), used.address());
    EXPECT_TRUE(is_zero({used.address(), used.address() + 16}));
    EXPECT_FALSE(is_zero({used.address() + 16, used.address() + 32})) << "only what had been used";
}

TEST_F(RetypeTest, LetsInterruptsInWhileItClears) {
    interrupt_after_each(0);
    EXPECT_EQ(send({}), no_error);
    EXPECT_EQ(preemptions(), bit(untyped_bits - page_bits) - 1) << "none when it is done";
    EXPECT_TRUE(is_zero(untyped_at(untyped).range()));
    EXPECT_EQ(untyped_at(free_slot).address(), memory());
}

TEST_F(RetypeTest, KeepsWhatItHasDoneWhenPreempted) {
    const u64 pc = thread().context.pc;
    interrupt_after_each(2);
    load(untyped, UntypedRetype, {type_untyped, page_bits, 0, 0, free_slot, 1}, {root});
    const auto registers = thread().context.x;
    const auto exit = system_call(SendMode::Call);
    ASSERT_TRUE(exit);
    EXPECT_EQ(*exit, KernelExit::Preempted);
    EXPECT_EQ(thread().context.pc, pc - 4);
    EXPECT_EQ(thread().context.x, registers);
    EXPECT_EQ(untyped_at(untyped).watermark(), bit(untyped_bits) - 3 * page_bytes);
    EXPECT_TRUE(
        is_zero({memory() + untyped_at(untyped).watermark(), memory() + bit(untyped_bits)}));
    EXPECT_FALSE(is_zero({memory(), memory() + page_bytes}));
    EXPECT_TRUE(slot(free_slot).is_empty());
    EXPECT_EQ(send({.num_objects = 0}), error(Error::RangeError, {1, 256}))
        << "another call may come in between";
    EXPECT_EQ(send({}), no_error);
}

TEST_F(RetypeTest, IsNotInterruptedWithNothingToClear) {
    EXPECT_EQ(send({.size_bits = 4}), no_error);
    interrupt_after_each(0);
    EXPECT_EQ(send({.size_bits = 4, .node_offset = 100, .num_objects = 100}), no_error);
    EXPECT_EQ(send({.size_bits = 4, .node_offset = 33}, device), no_error);
    EXPECT_EQ(preemptions(), 0u);
}

} // namespace
} // namespace k::test
