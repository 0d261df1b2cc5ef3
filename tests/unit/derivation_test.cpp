// The derivation tree: who is whose parent, and what must be true of every slot.
#include "object/cnode.hpp"
#include "object/derivation.hpp"
#include "object/untyped.hpp"

#include <gtest/gtest.h>

namespace k {
namespace {

Capability untyped(u64 address, unsigned size_bits, u64 watermark = 0) {
    return Cap<Untyped>::make(PhysAddr{address}, size_bits, false, watermark);
}

Capability cnode(u64 address) {
    return Cap<CNode>::make(PhysAddr{address}, 1);
}

class DerivationTest : public testing::Test {
  protected:
    void SetUp() override { plant(root_, untyped(0x1'0000, 16, 0x1'0000)); }

    void TearDown() override {
        for (Slot* slot = &root_; slot != nullptr; slot = slot->next.get())
            check_every_invariant(*slot);
    }

    std::vector<const Slot*> list() {
        std::vector<const Slot*> slots;
        for (const Slot* slot = &root_; slot != nullptr; slot = slot->next.get())
            slots.push_back(slot);
        return slots;
    }

    Slot root_{};
    Slot a_{};
    Slot b_{};
    Slot c_{};
};

using DerivationDeathTest = DerivationTest;

TEST_F(DerivationTest, BeginsWithATreeOfOne) {
    EXPECT_EQ(list(), (std::vector<const Slot*>{&root_}));
    EXPECT_TRUE(root_.has(Slot::Original));
    EXPECT_FALSE(root_.has(Slot::FirstBadged));
    EXPECT_FALSE(has_children(root_));
}

TEST_F(DerivationTest, PutsWhatIsMadeRightBehindWhatItIsMadeFrom) {
    derive(a_, untyped(0x1'0000, 12, 0x1000), root_, Birth::Original);
    derive(b_, untyped(0x1'1000, 12), root_, Birth::Original);
    derive(c_, cnode(0x1'0000), a_, Birth::Original);
    EXPECT_EQ(list(), (std::vector<const Slot*>{&root_, &b_, &a_, &c_}));
    EXPECT_EQ(first_descendant(root_), &b_);
    EXPECT_EQ(first_descendant(b_), nullptr);
    EXPECT_EQ(first_descendant(a_), &c_);
    EXPECT_EQ(first_descendant(c_), nullptr);
}

TEST_F(DerivationTest, MakesAnUntypedTheParentOfAllWithinIt) {
    derive(a_, untyped(0x1'8000, 12, 0x1000), root_, Birth::Original);
    derive(b_, cnode(0x1'8fc0), a_, Birth::Original);
    EXPECT_TRUE(is_parent(root_, a_));
    EXPECT_TRUE(is_parent(root_, b_));
    EXPECT_TRUE(is_parent(a_, b_));
    EXPECT_FALSE(is_parent(b_, a_));
    c_.cap = cnode(0x1'9000);
    EXPECT_FALSE(is_parent(a_, c_)) << "just behind it";
    c_.cap = cnode(0x1'7ff0);
    EXPECT_FALSE(is_parent(a_, c_)) << "just before it";
}

TEST_F(DerivationTest, MakesAnOriginalTheParentOfItsCopies) {
    derive(a_, cnode(0x1'0000), root_, Birth::Original);
    derive(b_, cnode(0x1'0000), a_, Birth::Copy);
    derive(c_, cnode(0x1'0000), b_, Birth::Copy);
    EXPECT_TRUE(is_parent(a_, b_));
    EXPECT_TRUE(is_parent(a_, c_));
    EXPECT_FALSE(is_parent(b_, c_)) << "a copy is nobody's parent";
    EXPECT_FALSE(has_children(b_));
    EXPECT_TRUE(is_parent(root_, c_));
}

TEST_F(DerivationTest, TellsObjectsApart) {
    derive(a_, cnode(0x1'0000), root_, Birth::Original);
    b_.cap = cnode(0x1'0040);
    EXPECT_FALSE(is_parent(a_, b_));
    b_.cap = untyped(0x1'0000, 4);
    EXPECT_FALSE(is_parent(a_, b_)) << "of another type, at the same address";
}

TEST_F(DerivationTest, RemembersABadgeThatIsNew) {
    derive(a_, cnode(0x1'0000), root_, Birth::Badging);
    EXPECT_TRUE(a_.has(Slot::Original));
    EXPECT_TRUE(a_.has(Slot::FirstBadged));
    derive(b_, cnode(0x1'0000), a_, Birth::Copy);
    EXPECT_TRUE(a_.has(Slot::FirstBadged)) << "when something comes behind it, too";
    EXPECT_FALSE(b_.has(Slot::Original));
    EXPECT_FALSE(b_.has(Slot::FirstBadged));
}

TEST_F(DerivationDeathTest, KeepsWhatIsInASlot) {
    EXPECT_DEATH(plant(root_, cnode(0x1000)), "slot.is_empty");
    EXPECT_DEATH(plant(a_, {}), "cap.is_null");
    EXPECT_DEATH(derive(root_, cnode(0x1000), root_, Birth::Copy), "slot.is_empty");
    EXPECT_DEATH(derive(a_, {}, root_, Birth::Copy), "cap.is_null");
    EXPECT_DEATH(derive(a_, cnode(0x1000), b_, Birth::Copy), "source.is_empty");
}

TEST_F(DerivationDeathTest, SeesNeighboursThatDoNotKnowEachOther) {
    derive(a_, cnode(0x1'0000), root_, Birth::Original);
    a_.previous = &b_;
    EXPECT_DEATH(check_every_invariant(root_), "neighbours in the derivation list");
    EXPECT_DEATH(check_every_invariant(a_), "neighbours in the derivation list");
    a_.previous = &root_;
}

TEST_F(DerivationDeathTest, SeesAnEmptySlotThatIsLinked) {
    a_.next = {nullptr, Slot::Original};
    EXPECT_DEATH(check_every_invariant(a_), "an empty slot is in no list");
    Slot& alone = b_;
    alone.previous = &c_;
    c_.next = {&alone, 0};
    EXPECT_DEATH(check_every_invariant(alone), "an empty slot is in no list");
    EXPECT_DEATH(check_every_invariant(c_), "an empty slot is in no list");
}

TEST_F(DerivationDeathTest, SeesAWatermarkBelowAnObject) {
    derive(a_, cnode(0x1'0040), root_, Birth::Original);
    root_.cap = untyped(0x1'0000, 16, 0x40);
    EXPECT_DEATH(check_every_invariant(root_), "below the watermark");
    root_.cap = untyped(0x1'0000, 16, 0x80);
}

} // namespace
} // namespace k
