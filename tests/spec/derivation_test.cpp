/// \file
/// SEMANTICS 4, "Derivation": who is whose child, and how capabilities and objects end.
#include "rig.hpp"

namespace spec {
namespace {

class Derivation : public Rig {
  protected:
    static constexpr Word endpoint = free_slot;
    static constexpr Word a = 40;
    static constexpr Word b = 41;
    static constexpr Word c = 42;
    static constexpr Word d = 43;

    void SetUp() override { ASSERT_EQ(retype(Ep, 0, endpoint), done()); }
    bool gone(Word index) const { return !occupied(world, slot(index)); }
};

TEST_F(Derivation, ACopyOfAnOriginalIsItsChildACopyOfACopyItsSibling) {
    ASSERT_EQ(copy(a, endpoint), done());
    ASSERT_EQ(copy(b, a), done());
    EXPECT_EQ(parent(a), slot(endpoint));
    EXPECT_EQ(parent(b), slot(endpoint));
    ASSERT_EQ(revoke_at(a), done());
    EXPECT_FALSE(gone(b));
    ASSERT_EQ(revoke_at(endpoint), done());
    EXPECT_TRUE(gone(a) && gone(b));
    EXPECT_FALSE(gone(endpoint));
}

TEST_F(Derivation, MintingABadgeMakesAnOriginal) {
    ASSERT_EQ(mint(a, endpoint, 5), done());
    ASSERT_EQ(mint(b, endpoint, 5), done());
    ASSERT_EQ(copy(c, a), done());
    ASSERT_EQ(mint(d, endpoint, 0), done()); // the badge did not change: a plain copy
    EXPECT_EQ(parent(a), slot(endpoint));
    EXPECT_EQ(parent(b), slot(endpoint));
    EXPECT_EQ(parent(c), slot(a));
    ASSERT_EQ(copy(d + 1, d), done());
    EXPECT_EQ(parent(d + 1), slot(endpoint));
    ASSERT_EQ(revoke_at(b), done());
    EXPECT_FALSE(gone(c));
    ASSERT_EQ(revoke_at(a), done());
    EXPECT_TRUE(gone(c));
}

TEST_F(Derivation, ABadgedCopyOfAPlainCopyIsAnOriginalBesideIt) {
    ASSERT_EQ(copy(a, endpoint), done());
    ASSERT_EQ(mint(b, a, 3), done());
    ASSERT_EQ(copy(c, b), done());
    EXPECT_EQ(parent(b), slot(endpoint));
    EXPECT_EQ(parent(c), slot(b));
}

TEST_F(Derivation, UntypedIsParentOfAllWithin) {
    ASSERT_EQ(copy(a, untyped), refused(RevokeFirst));
    ASSERT_EQ(retype(Untyped, 12, a), done());
    ASSERT_EQ(retype(Ep, 0, b, 1, a), done());
    ASSERT_EQ(copy(c, b), done());
    EXPECT_EQ(parent(b), slot(a));
    ASSERT_EQ(remove(b), done());
    EXPECT_EQ(parent(c), slot(a)); // its children become children of its parent
    ASSERT_EQ(remove(a), done());
    EXPECT_EQ(parent(c), slot(untyped));
    ASSERT_EQ(revoke_at(untyped), done());
    EXPECT_TRUE(gone(c) && gone(endpoint));
    EXPECT_TRUE(world.endpoints.empty());
}

TEST_F(Derivation, BootCapabilitiesAreUnrelated) {
    for (Word index = 0; index < free_slot; ++index) {
        if (!gone(index)) {
            EXPECT_FALSE(parent(index).has_value()) << index;
        }
    }
    ASSERT_EQ(copy(a, boot_slot::domain), done());
    ASSERT_EQ(revoke_at(boot_slot::domain), done());
    EXPECT_TRUE(gone(a));
}

TEST_F(Derivation, ThreadsHoldMembersOfTheTree) {
    EXPECT_EQ(world.slots.at(slot_of(root, ThreadSlot::Buffer)).parent, slot(boot_slot::buffer));
    ASSERT_EQ(revoke_at(boot_slot::buffer), done());
    EXPECT_FALSE(buffer_of(world, root, Access::None).has_value());
}

TEST_F(Derivation, TheObjectLivesAsLongAsACapability) {
    ASSERT_EQ(copy(a, endpoint), done());
    ASSERT_EQ(remove(endpoint), done());
    EXPECT_EQ(world.endpoints.size(), 1);
    EXPECT_EQ(parent(a), slot(untyped));
    ASSERT_EQ(remove(a), done());
    EXPECT_TRUE(world.endpoints.empty());
}

TEST_F(Derivation, ACNodeTakesItsSlotsAlong) {
    ASSERT_EQ(retype(CapTable, 2, a), done());
    const Name cnode = get<CNodeCap>(a).cnode;
    ASSERT_EQ(invoke(a, Method::CNodeMove, {1, 2, endpoint, 64}, {boot_slot::cnode}), done());
    ASSERT_EQ(remove(a), done());
    EXPECT_FALSE(world.cnodes.contains(cnode));
    EXPECT_TRUE(world.endpoints.empty());
}

TEST_F(Derivation, ACNodeHeldOnlyByItselfStaysUntilTheUntypedIsRevoked) {
    ASSERT_EQ(retype(CapTable, 2, a), done());
    const Name cnode = get<CNodeCap>(a).cnode;
    ASSERT_EQ(invoke(a, Method::CNodeCopy, {1, 2, a, 64, 15}, {boot_slot::cnode}), done());
    ASSERT_EQ(remove(a), done());
    EXPECT_TRUE(world.cnodes.contains(cnode));
    EXPECT_EQ(world.slots.at({cnode, 1}).parent, slot(untyped));
    ASSERT_EQ(revoke_at(untyped), done());
    EXPECT_FALSE(world.cnodes.contains(cnode));
}

TEST_F(Derivation, CNodesPointingAtEachOtherEndTogether) {
    ASSERT_EQ(retype(CapTable, 2, a, 2), done());
    ASSERT_EQ(invoke(a, Method::CNodeCopy, {0, 2, b, 64, 15}, {boot_slot::cnode}), done());
    ASSERT_EQ(invoke(b, Method::CNodeCopy, {0, 2, a, 64, 15}, {boot_slot::cnode}), done());
    ASSERT_EQ(remove(a), done());
    ASSERT_EQ(remove(b), done());
    EXPECT_EQ(world.cnodes.size(), 3); // they keep each other
    ASSERT_EQ(revoke_at(untyped), done());
    EXPECT_EQ(world.cnodes.size(), 1);
}

TEST_F(Derivation, ALongChainOfCNodesEndsAsOne) {
    constexpr Word first = 50;
    constexpr Word length = 150;
    ASSERT_EQ(retype(CapTable, 1, first, length), done());
    for (Word i = first + length - 1; i > first; --i) {
        ASSERT_EQ(invoke(i - 1, Method::CNodeMove, {0, 1, i, 64}, {boot_slot::cnode}), done());
    }
    EXPECT_EQ(world.cnodes.size(), 1 + length);
    ASSERT_EQ(remove(first), done());
    EXPECT_EQ(world.cnodes.size(), 1);
}

TEST_F(Derivation, TheCallersOwnCSpaceMayGo) {
    ASSERT_EQ(copy(a, boot_slot::cnode), done());
    ASSERT_EQ(revoke_at(boot_slot::cnode), done()); // takes the thread's CSpace root
    EXPECT_EQ(running(), root);
    EXPECT_FALSE(occupied(world, slot_of(root, ThreadSlot::CSpace)));
    EXPECT_TRUE(gone(a));
}

TEST_F(Derivation, IrqControlIsParentOfHandlers) {
    ASSERT_EQ(invoke(boot_slot::irq_control, Method::IrqGet, {40, a, 64}, {boot_slot::cnode}),
              done());
    ASSERT_EQ(copy(b, a), done());
    EXPECT_EQ(parent(a), slot(boot_slot::irq_control));
    EXPECT_EQ(parent(b), slot(a));
    ASSERT_EQ(revoke_at(boot_slot::irq_control), done());
    EXPECT_TRUE(gone(a) && gone(b));
    EXPECT_TRUE(world.interrupts.empty());
}

TEST_F(Derivation, RevokeOfItsOwnHolderStopsWhenTheSlotIsGone) {
    ASSERT_EQ(retype(Untyped, 14, a), done());
    ASSERT_EQ(retype(Ep, 0, b, 1, a), done());
    ASSERT_EQ(retype(CapTable, 2, c, 1, a), done());
    ASSERT_EQ(retype(Ep, 0, d, 1, a), done());
    ASSERT_EQ(invoke(c, Method::CNodeMove, {1, 2, a, 64}, {boot_slot::cnode}), done());
    ASSERT_EQ(invoke(c, Method::CNodeRevoke, {1, 2}), done());
    EXPECT_TRUE(gone(d) && gone(c)); // the newest first, then the CNode that holds the untyped
    EXPECT_EQ(parent(b), slot(untyped));
}

} // namespace
} // namespace spec
