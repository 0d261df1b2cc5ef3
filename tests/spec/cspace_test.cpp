/// \file
/// SEMANTICS 1 and 4: how CPtrs, and indices with depths, lead to slots.
#include "cspace.hpp"
#include "rig.hpp"

namespace spec {
namespace {

/// A CNode of 16 slots in slot 32, with guard 0b101 of 3 bits in its copy in slot 33.
class Lookup : public Rig {
  protected:
    static constexpr Word inner = free_slot;
    static constexpr Word guarded = free_slot + 1;

    void SetUp() override {
        ASSERT_EQ(retype(CapTable, 4, inner), done());
        ASSERT_EQ(mint(guarded, inner, 0b101 << 6 | 3), done());
    }

    Name inner_cnode() const { return get<CNodeCap>(inner).cnode; }
    Resolved found(const Capability& from, Word address, Word depth) const {
        return resolve(world, from, address, depth);
    }
    LookupFailure missed(const Capability& from, Word address, Word depth) const {
        try {
            resolve(world, from, address, depth);
        } catch (const LookupFailure& failure) {
            return failure;
        }
        return {}; // none: it was found
    }
};

TEST_F(Lookup, EndsAtTheFirstSlotThatHoldsNoCNode) {
    const Resolved end = found(at(guarded), 0b101'0111'0000, 11);
    EXPECT_EQ(end.slot, (SlotName{inner_cnode(), 7}));
    EXPECT_EQ(end.bits_left, 4);
}

TEST_F(Lookup, OfACPtrSucceedsWhateverBitsAreLeft) {
    thread(root).fault_handler = 0;
    world.slots.at(slot(boot_slot::cnode)).capability = at(guarded);
    EXPECT_EQ(lookup(world, root, boot_slot::irq_control), slot(boot_slot::irq_control));
    world.slots.at(slot_of(root, ThreadSlot::CSpace)).capability = CNodeCap{inner_cnode(), 0, 0};
    EXPECT_EQ(lookup(world, root, Word{9} << 60 | 0x123), (SlotName{inner_cnode(), 9}));
}

TEST_F(Lookup, GoesThroughNestedCNodes) {
    world.slots[{inner_cnode(), 2}].capability = at(guarded);
    EXPECT_EQ(found(at(guarded), 0b101'0010'101'0001, 14).slot, (SlotName{inner_cnode(), 1}));
}

TEST_F(Lookup, WithoutACNodeIsInvalidRoot) {
    EXPECT_EQ(missed(NullCap{}, 0, 64), (LookupFailure{InvalidRoot}));
    EXPECT_EQ(missed(at(untyped), 0, 64), (LookupFailure{InvalidRoot}));
}

TEST_F(Lookup, SaysWhatGuardItFound) {
    EXPECT_EQ(missed(at(guarded), 0b100'0111, 7), (LookupFailure{GuardMismatch, {7, 0b101, 3}}));
    EXPECT_EQ(missed(at(guarded), 0b10, 2), (LookupFailure{GuardMismatch, {2, 0b101, 3}}));
}

TEST_F(Lookup, FailsWithFewerBitsThanTheCNodeConsumes) {
    EXPECT_EQ(missed(at(guarded), 0b101'011, 6), (LookupFailure{DepthMismatch, {6, 7}}));
    EXPECT_EQ(missed(at(inner), 0, 3), (LookupFailure{DepthMismatch, {3, 4}}));
}

TEST_F(Lookup, OfIndexAndDepthMustUseAllBits) {
    const auto on = [this](Word cnode, Word index, Word depth) {
        return invoke(cnode, Method::CNodeDelete, {index, depth});
    };
    EXPECT_EQ(on(inner, 0xFFFF'FFF3, 4), done()); // only the low bits of the index count
    EXPECT_EQ(on(inner, 0x30, 8), failure(failed_lookup(false, {DepthMismatch, {4, 0}})));
    EXPECT_EQ(on(inner, 3, 3), failure(failed_lookup(false, {DepthMismatch, {3, 4}})));
    EXPECT_EQ(on(guarded, 3, 7), failure(failed_lookup(false, {GuardMismatch, {7, 0b101, 3}})));
    EXPECT_EQ(on(inner, 3, 0), refused(RangeError, {1, 64}));
    EXPECT_EQ(on(inner, 3, 65), refused(RangeError, {1, 64}));
    EXPECT_EQ(on(inner, 3, 0x104), refused(RangeError, {1, 64})); // the whole word is the depth
}

TEST_F(Lookup, OfASourceSaysSo) {
    const auto from = [this](Word source_root, Word index, Word depth) {
        return invoke(boot_slot::cnode, Method::CNodeMove, {40, 64, index, depth}, {source_root});
    };
    EXPECT_EQ(from(untyped, 0, 64), failure(failed_lookup(true, {InvalidRoot})));
    EXPECT_EQ(from(inner, 0, 3), failure(failed_lookup(true, {DepthMismatch, {3, 4}})));
    EXPECT_EQ(from(inner, 5, 4), failure(failed_lookup(true, {MissingCapability, {4}})));
}

} // namespace
} // namespace spec
