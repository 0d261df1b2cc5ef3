// Copy, Mint, Move, Mutate and Rotate. What is refused changes nothing: World::invoke sees to that.
#include "object/badged.hpp"
#include "object/endpoint.hpp"
#include "object/notification.hpp"
#include "world_model.hpp"

namespace k::test {
namespace {

using abi::CNodeData;
using abi::Error;
using abi::ObjectType;

class CNodeCalls : public WorldTest {
  protected:
    static constexpr u64 endpoint = free_slot;
    static constexpr u64 notification = free_slot + 1;
    static constexpr u64 cnode = free_slot + 2;
    static constexpr u64 target = free_slot + 8; ///< empty, and so is all behind it
    static constexpr u64 all = 15;
    static constexpr unsigned cnode_radix = 4;

    CNodeCalls() {
        EXPECT_EQ(retype(untyped, ObjectType::Endpoint, 0, endpoint), no_error);
        EXPECT_EQ(retype(untyped, ObjectType::Notification, 0, notification), no_error);
        EXPECT_EQ(retype(untyped, ObjectType::CapTable, cnode_radix, cnode), no_error);
    }

    Answer copy(u64 from, u64 to, u64 rights = all) {
        return invoke(root, abi::label::CNodeCopy, {to, 64, from, 64, rights}, {root});
    }

    Answer mint(u64 from, u64 to, u64 data, u64 rights = all) {
        return invoke(root, abi::label::CNodeMint, {to, 64, from, 64, rights, data}, {root});
    }

    Answer move(u64 from, u64 to) {
        return invoke(root, abi::label::CNodeMove, {to, 64, from, 64}, {root});
    }

    Answer mutate(u64 from, u64 to, u64 data) {
        return invoke(root, abi::label::CNodeMutate, {to, 64, from, 64, data}, {root});
    }

    Answer rotate(u64 source, u64 pivot, u64 destination, u64 pivot_data = 0, u64 to_data = 0) {
        return invoke(root, abi::label::CNodeRotate,
                      {destination, 64, to_data, pivot, 64, pivot_data, source, 64}, {root, root});
    }

    Capability cap(u64 index) { return slot(index).cap; }

    static u64 guard_data(u64 guard, unsigned size) {
        return CNodeData{}.with(CNodeData::guard, guard).with(CNodeData::guard_size, size).raw();
    }
};

constexpr LookupFailure missing(u64 bits_left) {
    return LookupFailure::missing_capability(bits_left);
}

// What the methods do.

TEST_F(CNodeCalls, CopyIsAChildOfAnOriginal) {
    EXPECT_EQ(copy(endpoint, target), no_error);
    EXPECT_EQ(cap(target), cap(endpoint));
    EXPECT_TRUE(is_parent(slot(endpoint), slot(target)));
    EXPECT_FALSE(slot(target).has(Slot::Original));
}

TEST_F(CNodeCalls, CopyOfACopyIsItsSibling) {
    EXPECT_EQ(copy(endpoint, target), no_error);
    EXPECT_EQ(copy(target, target + 1), no_error);
    EXPECT_TRUE(is_parent(slot(endpoint), slot(target + 1)));
    EXPECT_FALSE(has_children(slot(target)));
}

TEST_F(CNodeCalls, CopyOfAsidControlIsACopyLikeOthers) {
    EXPECT_EQ(copy(asid_control, target), no_error);
    EXPECT_EQ(copy(target, target + 1), no_error);
    EXPECT_FALSE(has_children(slot(target)));
    EXPECT_TRUE(is_parent(slot(asid_control), slot(target + 1)));
}

TEST_F(CNodeCalls, CopyMasksRights) {
    EXPECT_EQ(copy(endpoint, target, 0b0101), no_error);
    EXPECT_EQ(cap(target).rights(), Rights{0b0101});
    EXPECT_EQ(copy(target, target + 1, ~u64{0}), no_error);
    EXPECT_EQ(cap(target + 1).rights(), Rights{0b0101}) << "what is gone does not come back";
    EXPECT_EQ(copy(notification, target + 2, 0b1101), no_error);
    EXPECT_EQ(cap(target + 2).rights(), Rights{0b1101});
    EXPECT_EQ(copy(cnode, target + 3, 0), no_error);
    EXPECT_EQ(cap(target + 3), cap(cnode)) << "a CNode has no rights to lose";
}

TEST_F(CNodeCalls, CopyKeepsBadgeAndGuard) {
    EXPECT_EQ(mint(endpoint, target, 77), no_error);
    EXPECT_EQ(copy(target, target + 1), no_error);
    EXPECT_EQ(badge_of(cap(target + 1)), 77u);
    EXPECT_EQ(mint(cnode, target + 2, guard_data(5, 3)), no_error);
    EXPECT_EQ(copy(target + 2, target + 3), no_error);
    EXPECT_EQ(cap(target + 3), cap(target + 2));
}

TEST_F(CNodeCalls, MintSetsABadgeOnce) {
    for (const u64 original : {endpoint, notification}) {
        const u64 to = target + 4 * original;
        EXPECT_EQ(mint(original, to, ~u64{0}, 0b0010), no_error);
        EXPECT_EQ(badge_of(cap(to)), ~u64{0});
        EXPECT_EQ(cap(to).rights(), Rights{0b0010});
        EXPECT_EQ(mint(to, to + 1, 1), error(Error::IllegalOperation));
        EXPECT_EQ(mint(to, to + 1, ~u64{0}), error(Error::IllegalOperation)) << "even the same";
        EXPECT_EQ(mint(to, to + 1, 0), error(Error::IllegalOperation)) << "or none";
        EXPECT_EQ(mint(original, to + 1, 0), no_error);
        EXPECT_EQ(mint(to + 1, to + 2, 3), no_error) << "0 is no badge";
    }
}

TEST_F(CNodeCalls, MintedBadgesAreOriginals) {
    EXPECT_EQ(mint(endpoint, target, 7), no_error);
    EXPECT_EQ(copy(target, target + 1), no_error);
    EXPECT_EQ(mint(endpoint, target + 2, 7), no_error);
    EXPECT_EQ(mint(endpoint, target + 3, 0), no_error);
    EXPECT_TRUE(is_parent(slot(target), slot(target + 1)));
    EXPECT_FALSE(is_parent(slot(target + 2), slot(target))) << "the same badge by another Mint";
    EXPECT_FALSE(is_parent(slot(target + 2), slot(target + 3))) << "no badge";
    EXPECT_FALSE(slot(target + 3).has(Slot::Original)) << "no badge: a copy like any";
    for (const u64 i : {target, target + 1, target + 2, target + 3})
        EXPECT_TRUE(is_parent(slot(endpoint), slot(i)));
}

TEST_F(CNodeCalls, ABadgeMakesNoParentOfAnotherEndpoint) {
    EXPECT_EQ(retype(untyped, ObjectType::Endpoint, 0, target), no_error);
    EXPECT_EQ(mint(endpoint, target + 1, 7), no_error);
    EXPECT_EQ(mint(target, target + 2, 7), no_error);
    EXPECT_EQ(copy(target + 2, target + 3), no_error);
    EXPECT_FALSE(is_parent(slot(target + 1), slot(target + 3)));
}

TEST_F(CNodeCalls, MintOfACopyMakesAnOriginalToo) {
    EXPECT_EQ(copy(endpoint, target), no_error);
    EXPECT_EQ(mint(target, target + 1, 9), no_error);
    EXPECT_EQ(copy(target + 1, target + 2), no_error);
    EXPECT_TRUE(is_parent(slot(target + 1), slot(target + 2)));
    EXPECT_FALSE(has_children(slot(target)));
}

TEST_F(CNodeCalls, MintReplacesAGuard) {
    EXPECT_EQ(mint(cnode, target, guard_data(0b1101, 3)), no_error);
    EXPECT_EQ(cap(target).as<CNode>()->guard(), 0b101u) << "bits above the size are dropped";
    EXPECT_EQ(cap(target).as<CNode>()->guard_size(), 3u);
    EXPECT_EQ(cap(target).as<CNode>()->radix(), cnode_radix);
    EXPECT_EQ(mint(target, target + 1, 0), no_error);
    EXPECT_EQ(cap(target + 1), cap(cnode)) << "no guard";
    EXPECT_EQ(mint(cnode, target + 2, guard_data(1, 64 - cnode_radix)), no_error);
    EXPECT_EQ(mint(cnode, target + 3, guard_data(1, 64 - cnode_radix + 1)),
              error(Error::IllegalOperation));
}

TEST_F(CNodeCalls, MintOfOtherTypesIgnoresData) {
    EXPECT_EQ(mint(small_untyped, target, ~u64{0}), no_error);
    EXPECT_EQ(cap(target).as<Untyped>()->range(), cap(small_untyped).as<Untyped>()->range());
}

TEST_F(CNodeCalls, CopyOfAnUntypedGetsAllTheRoom) {
    EXPECT_EQ(copy(small_untyped, target), no_error);
    EXPECT_TRUE(slot(target).has(Slot::Original));
    EXPECT_EQ(retype(small_untyped, ObjectType::Endpoint, 0, target + 1),
              error(Error::NotEnoughMemory, {0}));
    EXPECT_EQ(copy(small_untyped, target + 1), error(Error::RevokeFirst));
    EXPECT_EQ(retype(target, ObjectType::Endpoint, 0, target + 1, 256 - target - 1), no_error);
    EXPECT_EQ(copy(target, 255), error(Error::DeleteFirst));
}

TEST_F(CNodeCalls, CopyOfAnUntypedThatNobodyHasUsedTakesTheRoomFromIt) {
    EXPECT_EQ(retype(untyped, ObjectType::Untyped, page_bits, target), no_error);
    EXPECT_EQ(copy(target, target + 1), no_error);
    EXPECT_EQ(retype(target, ObjectType::Endpoint, 0, target + 2),
              error(Error::NotEnoughMemory, {0}))
        << "no memory is given out twice";
    EXPECT_EQ(retype(target + 1, ObjectType::Endpoint, 0, target + 2), no_error);
}

TEST_F(CNodeCalls, CopyOfAnUntypedWithChildrenIsRefused) {
    EXPECT_EQ(copy(untyped, target), error(Error::RevokeFirst));
    EXPECT_EQ(mint(untyped, target, 1), error(Error::RevokeFirst));
}

TEST_F(CNodeCalls, MoveTakesTheCapabilityAndItsPlace) {
    EXPECT_EQ(mint(endpoint, target, 3), no_error);
    EXPECT_EQ(copy(target, target + 1), no_error);
    const Capability moved = cap(target);
    EXPECT_EQ(move(target, target + 2), no_error);
    EXPECT_EQ(cap(target + 2), moved);
    EXPECT_TRUE(slot(target).is_empty());
    EXPECT_EQ(slot(target).previous, nullptr);
    EXPECT_EQ(slot(target).next.get(), nullptr);
    EXPECT_EQ(first_descendant(slot(target + 2)), &slot(target + 1));
    EXPECT_EQ(first_descendant(slot(endpoint)), &slot(target + 2));
    EXPECT_TRUE(slot(target + 2).has(Slot::FirstBadged));
    EXPECT_EQ(move(untyped, target + 3), no_error);
    EXPECT_TRUE(has_children(slot(target + 3)));
}

TEST_F(CNodeCalls, MutateChangesGuardsOnly) {
    EXPECT_EQ(mutate(endpoint, target, 0), error(Error::IllegalOperation));
    EXPECT_EQ(mutate(notification, target, 1), error(Error::IllegalOperation));
    EXPECT_EQ(mutate(cnode, target, guard_data(0, 63)), error(Error::IllegalOperation));
    EXPECT_EQ(mutate(cnode, target, guard_data(2, 2)), no_error);
    EXPECT_EQ(cap(target).as<CNode>()->guard(), 2u);
    EXPECT_TRUE(slot(cnode).is_empty());
    EXPECT_TRUE(is_parent(slot(untyped), slot(target)));
    const Capability moved = cap(untyped);
    EXPECT_EQ(mutate(untyped, target + 1, ~u64{0}), no_error) << "others just move";
    EXPECT_EQ(cap(target + 1), moved);
}

TEST_F(CNodeCalls, RotateMovesTwo) {
    EXPECT_EQ(copy(cnode, target), no_error);
    const Capability small = cap(small_untyped);
    EXPECT_EQ(rotate(cnode, small_untyped, target + 1, guard_data(1, 1)), no_error);
    EXPECT_TRUE(slot(cnode).is_empty());
    EXPECT_EQ(cap(small_untyped).as<CNode>()->guard_size(), 1u) << "source to pivot";
    EXPECT_EQ(cap(target + 1), small) << "pivot to destination";
    EXPECT_EQ(first_descendant(slot(small_untyped)), &slot(target));
}

TEST_F(CNodeCalls, RotateSwaps) {
    EXPECT_EQ(copy(cnode, target), no_error); // its neighbour in the tree
    EXPECT_EQ(rotate(cnode, target, cnode, guard_data(1, 1), guard_data(1, 2)), no_error);
    EXPECT_EQ(cap(target).as<CNode>()->guard_size(), 1u) << "source to pivot";
    EXPECT_EQ(cap(cnode).as<CNode>()->guard_size(), 2u) << "pivot to destination";
    EXPECT_EQ(first_descendant(slot(target)), &slot(cnode)) << "each took its place along";
    EXPECT_EQ(slot(cnode).previous, &slot(target));
}

TEST_F(CNodeCalls, AnswerOnlyToCall) {
    load(root, abi::label::CNodeCopy, {target, 64, endpoint, 64, all}, {root});
    const auto before = thread().context.x;
    EXPECT_EQ(*system_call(SendMode::NBSend), KernelExit::Resume);
    EXPECT_EQ(thread().context.x, before);
    EXPECT_EQ(cap(target), cap(endpoint));
    EXPECT_EQ(*system_call(SendMode::Send), KernelExit::Resume) << "DeleteFirst, but nobody asks";
    EXPECT_EQ(thread().context.x, before);
}

// What they refuse, in the order in which it is found. Each message is wrong in all that comes
// later, too.

TEST_F(CNodeCalls, RefuseOtherLabels) {
    EXPECT_EQ(invoke(root, abi::label::Invalid, {}), error(Error::IllegalOperation));
    EXPECT_EQ(invoke(root, abi::label::UntypedRetype, {}), error(Error::IllegalOperation));
    EXPECT_EQ(invoke(root, abi::label::IRQControlGet, {}), error(Error::IllegalOperation));
}

struct Method {
    const char* name;
    u64 label;
    usize length;
};

class EveryWay : public CNodeCalls, public testing::WithParamInterface<Method> {};

INSTANTIATE_TEST_SUITE_P(Methods, EveryWay,
                         testing::Values(Method{"Copy", abi::label::CNodeCopy, 5},
                                         Method{"Mint", abi::label::CNodeMint, 6},
                                         Method{"Move", abi::label::CNodeMove, 4},
                                         Method{"Mutate", abi::label::CNodeMutate, 5}),
                         [](const auto& param) { return param.param.name; });

TEST_P(EveryWay, RefusesInOrder) {
    const u64 label = GetParam().label;
    EXPECT_EQ(invoke(root, label, {0}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(root, label, {0, 0}), error(Error::RangeError, {1, 64}));
    EXPECT_EQ(invoke(root, label, {0, 65}), error(Error::RangeError, {1, 64}));
    EXPECT_EQ(invoke(root, label, {0, 0x140}), error(Error::RangeError, {1, 64}));
    EXPECT_EQ(invoke(root, label, {0, 3}),
              failed_lookup(false, LookupFailure::guard_mismatch(3, 0, 64 - root_radix)));
    EXPECT_EQ(invoke(root, label, {endpoint, 64, 0}, {untyped}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(root, label, {endpoint, 64, 0, 0}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(root, label, {endpoint, 64, 0, 0}, {untyped}), error(Error::DeleteFirst));
    EXPECT_EQ(invoke(root, label, {target, 64, 0, 0}, {untyped}),
              failed_lookup(true, LookupFailure::invalid_root()));
    EXPECT_EQ(invoke(root, label, {target, 64, 0, 0}, {root}), error(Error::RangeError, {1, 64}));
    EXPECT_EQ(invoke(root, label, {target, 64, 0, 7}, {root}),
              failed_lookup(true, LookupFailure::guard_mismatch(7, 0, 64 - root_radix)));
    EXPECT_EQ(invoke(root, label, {target, 64, target, 64}, {root}),
              failed_lookup(true, missing(64)));
    EXPECT_EQ(invoke(root, label, {target, 64, 3, 4}, {cnode}), failed_lookup(true, missing(4)))
        << "bits left: the source's depth";
}

TEST_P(EveryWay, AsksLastForItsOwnWords) {
    const auto [name, label, length] = GetParam();
    for (usize words = 4; words < length; ++words) {
        load(root, label, {target, 64, untyped, 64, 0, 0}, {root});
        auto& x = thread().context.x;
        x[1] = abi::MessageInfo{x[1]}.with(abi::MessageInfo::length, words).raw();
        EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Resume);
        EXPECT_EQ(answer(), error(Error::TruncatedMessage)) << words;
    }
    drop_buffer();
    load(root, label, {target, 64, endpoint, 64, 0, 0}, {root});
    EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Resume);
    EXPECT_EQ(answer(), error(Error::TruncatedMessage)) << "no buffer, no source root";
}

TEST_F(CNodeCalls, RotateRefusesInOrder) {
    const u64 label = abi::label::CNodeRotate;
    const u64 bad = 65;
    EXPECT_EQ(invoke(root, label, {0}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(root, label, {0, bad}), error(Error::RangeError, {1, 64}));
    EXPECT_EQ(invoke(root, label, {0, 64, 0, 0, bad, 0, 0}, {root, root}),
              error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(root, label, {0, 64, 0, 0, bad, 0, 0, bad}, {root}),
              error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(root, label, {0, 64, 0, 0, bad, 0, 0, bad}, {endpoint, untyped}),
              failed_lookup(true, LookupFailure::invalid_root()));
    EXPECT_EQ(invoke(root, label, {0, 64, 0, 0, 7, 0, 0, 5}, {root, root}),
              failed_lookup(true, LookupFailure::guard_mismatch(5, 0, 64 - root_radix)))
        << "the source before the pivot";
    EXPECT_EQ(invoke(root, label, {0, 64, 0, 0, 7, 0, 0, 64}, {root, root}),
              failed_lookup(true, LookupFailure::guard_mismatch(7, 0, 64 - root_radix)));
    EXPECT_EQ(invoke(root, label, {0, 64, 0, 0, 64, 0, 0, 4}, {endpoint, cnode}),
              failed_lookup(true, LookupFailure::invalid_root()))
        << "the first capability is the pivot's root, the second the source's";
    EXPECT_EQ(rotate(target, target, endpoint), error(Error::IllegalOperation));
    EXPECT_EQ(rotate(target, endpoint, endpoint), error(Error::IllegalOperation));
    EXPECT_EQ(rotate(target, target + 1, endpoint), error(Error::DeleteFirst));
    EXPECT_EQ(rotate(target, target + 1, target + 2), failed_lookup(true, missing(64)));
    EXPECT_EQ(rotate(endpoint, target, target + 1), failed_lookup(false, missing(64)));
    EXPECT_EQ(rotate(endpoint, cnode, target, 0, guard_data(0, 63)),
              error(Error::IllegalOperation));
    EXPECT_EQ(rotate(cnode, endpoint, target), error(Error::IllegalOperation));
    EXPECT_EQ(rotate(cnode, untyped, target, guard_data(0, 63)), error(Error::IllegalOperation));
    EXPECT_EQ(rotate(untyped, cnode, target, 0, guard_data(0, 63)), error(Error::IllegalOperation));
    EXPECT_EQ(rotate(untyped, cnode, target, guard_data(0, 63), 0), no_error);
}

TEST_F(CNodeCalls, WorkThroughOtherCNodes) {
    EXPECT_EQ(invoke(cnode, abi::label::CNodeCopy, {9, 4, endpoint, 64, all}, {root}), no_error);
    const auto slots = cap(cnode).as<CNode>()->slots();
    EXPECT_EQ(slots[9].cap, cap(endpoint));
    EXPECT_EQ(invoke(root, abi::label::CNodeMove, {target, 64, 9, 4}, {cnode}), no_error);
    EXPECT_EQ(cap(target), cap(endpoint));
    EXPECT_TRUE(slots[9].is_empty());
}

TEST_F(CNodeCalls, EndpointsTakeMessagesThatNobodyReceives) {
    for (const u64 original : {endpoint, notification}) {
        const u64 read_only = target + original;
        EXPECT_EQ(copy(original, read_only, 0b1110), no_error);
        EXPECT_EQ(invoke(read_only, abi::label::UntypedRetype, {}),
                  error(Error::InvalidCapability, {0}));
    }
    EXPECT_EQ(invoke(notification, 99, {1, 2, 3}), no_error) << "whatever the label";
    for (const SendMode mode : {SendMode::Send, SendMode::Call}) {
        load(endpoint, 99, {});
        EXPECT_EQ(*system_call(mode), KernelExit::Resume);
        EXPECT_EQ(thread().state, ThreadState::BlockedOnSend);
        cancel_wait(thread());
        thread().state = ThreadState::Running;
    }
    load(endpoint, 99, {});
    EXPECT_EQ(*system_call(SendMode::NBSend), KernelExit::Resume);
}

} // namespace
} // namespace k::test
