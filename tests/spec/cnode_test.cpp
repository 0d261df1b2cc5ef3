/// \file
/// SEMANTICS 4: the methods of CNodes.
#include "rig.hpp"

namespace spec {
namespace {

class CNodes : public Rig {
  protected:
    static constexpr Word a = 40;
    static constexpr Word b = 41;
    static constexpr Word c = 42;
    static constexpr Word endpoint = free_slot;
    static constexpr Word signal = free_slot + 1;
    static constexpr Word frame = free_slot + 2;
    static constexpr Word cnode = free_slot + 3; // 16 slots
    static constexpr Word vspace = free_slot + 4;
    static constexpr Word table = free_slot + 5;
    static constexpr Word tcb = free_slot + 6;

    void SetUp() override {
        ASSERT_EQ(retype(Ep, 0, endpoint), done());
        ASSERT_EQ(retype(Ntfn, 0, signal), done());
        ASSERT_EQ(retype(Small, 0, frame), done());
        ASSERT_EQ(retype(CapTable, 4, cnode), done());
        ASSERT_EQ(retype(VRoot, 0, vspace), done());
        ASSERT_EQ(retype(Table, 0, table), done());
        ASSERT_EQ(retype(Tcb, 0, tcb), done());
    }

    Answer on_root(Method method, const Words& words, const Words& cptrs = {boot_slot::cnode}) {
        return invoke(boot_slot::cnode, method, words, cptrs);
    }
};

TEST_F(CNodes, CopyMintMoveMutateCheckInOrder) {
    using enum Method;
    const Word lengths[][2] = {{Word(CNodeCopy), 5}, {Word(CNodeMint), 6}, {Word(CNodeMutate), 5}};
    for (const auto& [label, length] : lengths) {
        const auto method = Method(label);
        EXPECT_EQ(on_root(method, {a}), refused(TruncatedMessage));
        EXPECT_EQ(on_root(method, {a, 99, 0}), refused(RangeError, {1, 64}));
        EXPECT_EQ(on_root(method, {a, 64, 0}), refused(TruncatedMessage));
        EXPECT_EQ(on_root(method, {endpoint, 64, 0, 99}, {}), refused(TruncatedMessage));
        EXPECT_EQ(on_root(method, {endpoint, 64, 0, 99}), refused(DeleteFirst));
        EXPECT_EQ(on_root(method, {a, 64, 0, 99}), refused(RangeError, {1, 64}));
        EXPECT_EQ(on_root(method, {a, 64, b, 64}),
                  failure(failed_lookup(true, {MissingCapability, {64}})));
        Words words{a, 64, endpoint, 64};
        words.resize(length - 1);
        EXPECT_EQ(on_root(method, words), refused(TruncatedMessage));
    }
    EXPECT_EQ(on_root(CNodeMove, {a, 64, endpoint}), refused(TruncatedMessage));
    EXPECT_EQ(on_root(CNodeMove, {a, 64, b, 64}),
              failure(failed_lookup(true, {MissingCapability, {64}})));
}

TEST_F(CNodes, UnlistedLabelsAreIllegal) {
    EXPECT_EQ(on_root(Method::UntypedRetype, {}), refused(IllegalOperation));
    EXPECT_EQ(on_root(Method::IrqGet, {}), refused(IllegalOperation));
    EXPECT_EQ(on_root(Method(999), {}), refused(IllegalOperation));
}

TEST_F(CNodes, WhatCannotBeCopied) {
    EXPECT_EQ(copy(a, boot_slot::irq_control), refused(IllegalOperation));
    EXPECT_EQ(copy(a, untyped), refused(RevokeFirst));
    EXPECT_EQ(copy(a, vspace), refused(IllegalOperation));
    EXPECT_EQ(copy(a, table), refused(IllegalOperation));
    thread(get<ThreadCap>(tcb).thread).state = AwaitingReply{};
    world.slots[slot(b)] = {ReplyCap{get<ThreadCap>(tcb).thread, true}, true, {}, {}};
    EXPECT_EQ(copy(a, b), refused(IllegalOperation));
    EXPECT_FALSE(occupied(world, slot(a)));
}

TEST_F(CNodes, WhatCopiesShare) {
    EXPECT_EQ(copy(a, boot_slot::vspace), done());
    EXPECT_EQ(get<VSpaceCap>(a).asid, 1);
    EXPECT_EQ(copy(b, boot_slot::buffer), done());
    EXPECT_FALSE(get<FrameCap>(b).mapping.has_value());
    for (const Word plain :
         {boot_slot::domain, boot_slot::asid_control, boot_slot::asid_pool, tcb}) {
        ASSERT_EQ(copy(c, plain), done());
        EXPECT_EQ(at(c), at(plain));
        ASSERT_EQ(remove(c), done());
    }
}

TEST_F(CNodes, RightsMasksAreSilent) {
    ASSERT_EQ(copy(a, endpoint, 0b1001), done());
    EXPECT_EQ(get<EndpointCap>(a).rights, (Rights{true, false, false, true}));
    ASSERT_EQ(copy(b, a, all_rights), done());
    EXPECT_EQ(get<EndpointCap>(b).rights, get<EndpointCap>(a).rights);
    ASSERT_EQ(copy(c, signal, 0b0010), done());
    EXPECT_EQ(get<NotificationCap>(c).rights, (Rights{false, true, true, true}));
    ASSERT_EQ(copy(c + 1, tcb, 0), done());
    EXPECT_EQ(at(c + 1), at(tcb));
}

TEST_F(CNodes, FramesLoseAccess) {
    const auto access = [this](Word from, Word rights) {
        EXPECT_EQ(copy(a, from, rights), done());
        const Access result = get<FrameCap>(a).access;
        EXPECT_EQ(remove(a), done());
        return result;
    };
    EXPECT_EQ(access(frame, 3), Access::ReadWrite);
    EXPECT_EQ(access(frame, 2), Access::ReadOnly);
    EXPECT_EQ(access(frame, 1), Access::None);
    EXPECT_EQ(access(frame, 0), Access::None);
    ASSERT_EQ(copy(b, frame, 2), done());
    EXPECT_EQ(access(b, 3), Access::ReadOnly);
    EXPECT_EQ(access(b, 1), Access::None);
}

TEST_F(CNodes, MintSetsABadgeOnce) {
    ASSERT_EQ(mint(a, endpoint, 7), done());
    EXPECT_EQ(get<EndpointCap>(a).badge, 7);
    EXPECT_EQ(mint(b, a, 7), refused(IllegalOperation));
    EXPECT_EQ(mint(b, a, 0), refused(IllegalOperation));
    EXPECT_EQ(copy(b, a), done());
    EXPECT_EQ(get<EndpointCap>(b).badge, 7);
    ASSERT_EQ(mint(c, signal, ~Word{0}), done());
    EXPECT_EQ(get<NotificationCap>(c).badge, ~Word{0});
}

TEST_F(CNodes, MintReplacesTheGuard) {
    ASSERT_EQ(mint(a, cnode, Word{0b1111'0101} << 6 | 4), done());
    EXPECT_EQ(get<CNodeCap>(a).guard, 0b0101);
    EXPECT_EQ(get<CNodeCap>(a).guard_bits, 4);
    ASSERT_EQ(copy(b, a), done());
    EXPECT_EQ(at(b), at(a));
    ASSERT_EQ(mint(c, a, 0), done());
    EXPECT_EQ(at(c), at(cnode));
    EXPECT_EQ(mint(c + 1, a, 60), done());
    EXPECT_EQ(mint(c + 2, a, 61), refused(IllegalOperation));
}

TEST_F(CNodes, OtherTypesIgnoreMintData) {
    EXPECT_EQ(mint(a, tcb, 99), done());
    EXPECT_EQ(at(a), at(tcb));
}

TEST_F(CNodes, MoveTakesEverythingAlong) {
    for (const Word moved : {boot_slot::buffer, boot_slot::irq_control, untyped, endpoint}) {
        const Slot before = world.slots.at(slot(moved));
        ASSERT_EQ(move(a, moved), done());
        EXPECT_EQ(world.slots.at(slot(a)), before);
        EXPECT_FALSE(occupied(world, slot(moved)));
        ASSERT_EQ(move(moved, a), done());
    }
}

TEST_F(CNodes, MutateChangesGuardsOnly) {
    ASSERT_EQ(mutate(a, cnode, 0b11 << 6 | 2), done());
    EXPECT_EQ(get<CNodeCap>(a).guard, 0b11);
    EXPECT_EQ(mutate(b, a, 61), refused(IllegalOperation));
    EXPECT_EQ(mutate(b, endpoint, 1), refused(IllegalOperation));
    EXPECT_EQ(mutate(b, signal, 0), refused(IllegalOperation));
    EXPECT_EQ(mutate(b, tcb, 99), done());
}

TEST_F(CNodes, RotateChecksInOrder) {
    const auto raw = [this](const Words& words, const Words& roots = {2, 2}) {
        return on_root(Method::CNodeRotate, words, roots);
    };
    EXPECT_EQ(raw({a}), refused(TruncatedMessage));
    EXPECT_EQ(raw({a, 99}), refused(RangeError, {1, 64}));
    EXPECT_EQ(raw({a, 64, 0, 0, 0, 0, 0}), refused(TruncatedMessage));
    EXPECT_EQ(raw({a, 64, 0, 0, 99, 0, 0, 99}, {2}), refused(TruncatedMessage));
    EXPECT_EQ(raw({a, 64, 0, 0, 99, 0, 0, 8}),
              failure(failed_lookup(true, {GuardMismatch, {8, 0, 56}})));
    EXPECT_EQ(raw({a, 64, 0, 0, 99, 0, 0, 64}), refused(RangeError, {1, 64}));
    EXPECT_EQ(rotate(a, 0, tcb, 0, tcb), refused(IllegalOperation));
    EXPECT_EQ(rotate(a, 0, a, 0, tcb), refused(IllegalOperation));
    EXPECT_EQ(rotate(frame, 0, b, 0, a), refused(DeleteFirst));
    EXPECT_EQ(rotate(a, 0, b, 0, c), failure(failed_lookup(true, {MissingCapability, {64}})));
    EXPECT_EQ(rotate(a, 0, b, 0, tcb), failure(failed_lookup(false, {MissingCapability, {64}})));
    EXPECT_EQ(rotate(a, 0, tcb, 0, endpoint), refused(IllegalOperation));
    EXPECT_EQ(rotate(a, 0, endpoint, 0, tcb), refused(IllegalOperation));
}

TEST_F(CNodes, RotateMovesTwoAndAppliesEachDataToTheRightOne) {
    ASSERT_EQ(copy(b, cnode), done());
    const Name same = get<CNodeCap>(cnode).cnode;
    ASSERT_EQ(rotate(a, 1 << 6 | 1, b, 2, cnode), done());
    EXPECT_EQ(get<CNodeCap>(a), (CNodeCap{same, 1, 1})); // came from the pivot
    EXPECT_EQ(get<CNodeCap>(b), (CNodeCap{same, 0, 2})); // came from the source
    EXPECT_FALSE(occupied(world, slot(cnode)));
    EXPECT_EQ(parent(a), slot(b));
}

TEST_F(CNodes, RotateSwapsWhenDestinationIsSource) {
    const auto [one, two] = std::pair{at(tcb), at(frame)};
    ASSERT_EQ(rotate(tcb, 0, frame, 0, tcb), done());
    EXPECT_EQ(at(frame), one);
    EXPECT_EQ(at(tcb), two);
}

TEST_F(CNodes, DeleteAndRevokeOfAnEmptySlotSucceed) {
    EXPECT_EQ(remove(a), done());
    EXPECT_EQ(revoke_at(a), done());
    EXPECT_EQ(invoke(boot_slot::cnode, Method::CNodeDelete, {a}), refused(TruncatedMessage));
}

TEST_F(CNodes, SaveCallerWithoutACallerStoresNothing) {
    EXPECT_EQ(on_root(Method::CNodeSaveCaller, {a, 64}), done());
    EXPECT_FALSE(occupied(world, slot(a)));
    EXPECT_EQ(on_root(Method::CNodeSaveCaller, {frame, 64}), refused(DeleteFirst));
}

TEST_F(CNodes, InvokedNullCapabilityIsInvalid) {
    EXPECT_EQ(invoke(a, Method::CNodeCopy), refused(InvalidCapability, {0}));
}

} // namespace
} // namespace spec
