// Delete and Revoke: what goes and what stays, however CNodes are tangled up with each other.
#include "base/random.hpp"
#include "object/endpoint.hpp"
#include "object/zombie.hpp"
#include "syscall/lookup.hpp"
#include "world_model.hpp"

namespace k::test {
namespace {

using abi::Error;
using abi::ObjectType;

class Deletion : public WorldTest {
  protected:
    static constexpr u64 all = 15;
    static constexpr u64 a = free_slot; ///< slots for what a test makes
    static constexpr u64 b = free_slot + 1;
    static constexpr u64 c = free_slot + 2;
    static constexpr u64 d = free_slot + 3;

    Answer erase(u64 index) { return invoke(root, abi::label::CNodeDelete, {index, 64}); }

    Answer revoke(u64 index) { return invoke(root, abi::label::CNodeRevoke, {index, 64}); }

    Answer copy(u64 from, u64 to) {
        return invoke(root, abi::label::CNodeCopy, {to, 64, from, 64, all}, {root});
    }

    Answer mint(u64 from, u64 to, u64 badge) {
        return invoke(root, abi::label::CNodeMint, {to, 64, from, 64, all, badge}, {root});
    }

    /// Begins a call that an interrupt ends after `points` others might have, and is never made
    /// again.
    void leave_half_done(unsigned points, u64 cptr, u64 label, std::initializer_list<u64> words) {
        interrupt_after_each(points);
        load(cptr, label, words);
        EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Preempted);
        interrupt_after_each({});
        check();
    }

    /// Makes a CNode of 2^radix slots in a root slot.
    std::span<Slot> make_cnode(u64 index, unsigned radix) {
        EXPECT_EQ(retype(untyped, ObjectType::CapTable, radix, index), no_error);
        return slot(index).cap.as<CNode>()->slots();
    }

    /// Makes CNodes of two slots, each in the slot `at(i)` of the one before, the first in
    /// `outermost`. \return the last slot
    template <class At>
    Slot* nest(Slot& outermost, usize count, At at) {
        constexpr u64 batch = 100;
        constexpr u64 begin = 100;
        Slot* inside = &outermost;
        for (usize i = 0; i < count; ++i) {
            if (i % batch == 0) {
                EXPECT_EQ(retype(untyped, ObjectType::CapTable, 1, begin, batch), no_error);
            }
            Slot& made = slot(begin + i % batch);
            const auto slots = made.cap.as<CNode>()->slots();
            move(made, *inside);
            inside = &slots[at(i)];
        }
        return inside;
    }

    void make_endpoint(u64 index) {
        EXPECT_EQ(retype(untyped, ObjectType::Endpoint, 0, index), no_error);
    }

    /// Makes `untyped` whole again, which shows that nothing is left of what was made from it.
    void expect_nothing_left() {
        EXPECT_FALSE(has_children(slot(untyped)));
        EXPECT_EQ(kernel.graveyard.depth(), 0u);
        EXPECT_EQ(retype(untyped, ObjectType::Untyped, untyped_bits, 255), no_error);
    }

    bool is(const Slot& slot, CapType type) { return slot.cap.type() == type; }
};

// Delete.

TEST_F(Deletion, EmptiesASlot) {
    make_endpoint(a);
    EXPECT_EQ(erase(a), no_error);
    EXPECT_EQ(slot(a).cap, Capability{});
    EXPECT_EQ(slot(a).next.get(), nullptr);
    EXPECT_EQ(erase(a), no_error) << "an empty one, too";
    EXPECT_EQ(revoke(a), no_error);
    expect_nothing_left();
}

TEST_F(Deletion, LeavesChildrenToTheParent) {
    make_endpoint(a);
    EXPECT_EQ(copy(a, b), no_error);
    EXPECT_EQ(mint(a, c, 5), no_error);
    EXPECT_EQ(copy(c, d), no_error);
    EXPECT_EQ(erase(a), no_error);
    EXPECT_EQ(erase(c), no_error);
    EXPECT_TRUE(is(slot(b), CapType::Endpoint));
    EXPECT_TRUE(is(slot(d), CapType::Endpoint));
    EXPECT_EQ(revoke(untyped), no_error);
    EXPECT_TRUE(slot(b).is_empty() && slot(d).is_empty());
    expect_nothing_left();
}

TEST_F(Deletion, OfABadgeLeavesItsCopiesToTheUnbadged) {
    make_endpoint(a);
    EXPECT_EQ(mint(a, b, 5), no_error);
    EXPECT_EQ(copy(b, c), no_error);
    EXPECT_EQ(mint(a, d, 5), no_error); // stands before `b` in the list
    EXPECT_EQ(erase(b), no_error);
    EXPECT_FALSE(has_children(slot(d))) << "not to another one that happens to be alike";
    EXPECT_EQ(revoke(d), no_error);
    EXPECT_FALSE(slot(c).is_empty());
    EXPECT_EQ(revoke(a), no_error);
    EXPECT_TRUE(slot(c).is_empty() && slot(d).is_empty());
}

TEST_F(Deletion, OfABadgeAndOfACopyLeavesTheOtherCopies) {
    make_endpoint(a);
    EXPECT_EQ(mint(a, b, 5), no_error);
    EXPECT_EQ(copy(b, c), no_error);
    EXPECT_EQ(copy(b, d), no_error);
    EXPECT_EQ(mint(a, d + 1, 5), no_error);
    for (const u64 gone : {b, d}) { // `d` heads the copies when `b` has gone
        EXPECT_EQ(erase(gone), no_error);
        EXPECT_EQ(revoke(d + 1), no_error);
        EXPECT_FALSE(slot(c).is_empty());
    }
    EXPECT_EQ(revoke(a), no_error);
    EXPECT_TRUE(slot(c).is_empty());
}

TEST_F(Deletion, OfACopyLeavesTheOtherCopiesToTheirParent) {
    make_endpoint(a);
    EXPECT_EQ(mint(a, b, 5), no_error);
    EXPECT_EQ(copy(b, c), no_error);
    EXPECT_EQ(copy(b, d), no_error); // stands before `c` in the list
    EXPECT_EQ(erase(d), no_error);
    EXPECT_EQ(revoke(b), no_error);
    EXPECT_TRUE(slot(c).is_empty());
}

TEST_F(Deletion, OfAllButOneChildDoesNotFreeMemory) {
    EXPECT_EQ(retype(untyped, ObjectType::Untyped, 17, a, 2), no_error);
    EXPECT_EQ(erase(a), no_error);
    EXPECT_EQ(retype(untyped, ObjectType::Endpoint, 0, a), error(Error::NotEnoughMemory, {0}));
    EXPECT_EQ(erase(b), no_error);
    expect_nothing_left();
}

TEST_F(Deletion, GoesThroughTheSlotsOfACNode) {
    const auto slots = make_cnode(a, 3);
    make_endpoint(b);
    EXPECT_EQ(invoke(a, abi::label::CNodeCopy, {7, 3, b, 64, all}, {root}), no_error);
    EXPECT_EQ(invoke(a, abi::label::CNodeMove, {0, 3, b, 64}, {root}), no_error);
    EXPECT_EQ(copy(a, c), no_error);
    EXPECT_EQ(erase(a), no_error);
    EXPECT_FALSE(slots[7].is_empty()) << "there is another capability to it";
    EXPECT_EQ(erase(c), no_error);
    EXPECT_TRUE(slots[7].is_empty() && slots[0].is_empty());
    expect_nothing_left();
}

TEST_F(Deletion, OfNestedCNodesNeedsNoDepth) {
    for (const usize at : {0u, 1u}) {
        nest(slot(a), 3'000, [at](usize) { return at; });
        EXPECT_EQ(erase(a), no_error);
        EXPECT_FALSE(has_children(slot(untyped)));
        EXPECT_EQ(kernel.graveyard.depth(), 0u);
    }
    expect_nothing_left();
}

TEST_F(Deletion, SparesWhatOthersHold) {
    const auto outer = make_cnode(a, 2);
    const auto inner = make_cnode(b, 2);
    make_endpoint(c);
    move(slot(c), inner[3]);
    EXPECT_EQ(invoke(a, abi::label::CNodeCopy, {2, 2, b, 64, all}, {root}), no_error);
    EXPECT_EQ(erase(a), no_error);
    EXPECT_FALSE(inner[3].is_empty());
    EXPECT_TRUE(outer[2].is_empty());
    EXPECT_EQ(erase(b), no_error);
    expect_nothing_left();
}

// CNodes that contain themselves or each other.

TEST_F(Deletion, LeavesACNodeThatContainsItselfToItsUntyped) {
    const auto slots = make_cnode(a, 2);
    make_endpoint(b);
    move(slot(b), slots[0]);
    EXPECT_EQ(invoke(a, abi::label::CNodeCopy, {2, 2, a, 64, all}, {root}), no_error);
    EXPECT_EQ(erase(a), no_error);
    EXPECT_TRUE(is(slots[2], CapType::CNode)) << "it holds itself";
    EXPECT_TRUE(is(slots[0], CapType::Endpoint));
    EXPECT_EQ(retype(untyped, ObjectType::Untyped, untyped_bits, d),
              error(Error::NotEnoughMemory, {bit(untyped_bits) - 128 - 16}));
    EXPECT_EQ(revoke(untyped), no_error);
    expect_nothing_left();
}

TEST_F(Deletion, OfTheLastCapabilityThatLiesInItself) {
    for (const usize at : {0u, 1u, 3u}) {
        const auto slots = make_cnode(a, 2);
        make_endpoint(b);
        move(slot(b), slots[2]);
        move(slot(a), slots[at]);
        EXPECT_EQ(revoke(untyped), no_error);
        for (const Slot& slot : slots)
            EXPECT_TRUE(slot.is_empty());
        EXPECT_FALSE(has_children(slot(untyped)));
        EXPECT_EQ(kernel.graveyard.depth(), 0u);
    }
    expect_nothing_left();
}

TEST_F(Deletion, OfCNodesThatHoldEachOther) {
    for (const usize in_first : {0u, 1u, 2u})
        for (const usize in_second : {0u, 1u, 3u}) {
            const auto first = make_cnode(a, 2);
            const auto second = make_cnode(b, 2);
            make_endpoint(c);
            move(slot(c), first[3]);
            move(slot(b), first[in_first]);
            move(slot(a), second[in_second]);
            EXPECT_EQ(revoke(untyped), no_error);
            EXPECT_FALSE(has_children(slot(untyped)));
            EXPECT_EQ(kernel.graveyard.depth(), 0u);
        }
    expect_nothing_left();
}

TEST_F(Deletion, OfARingOfCNodes) {
    const auto first = make_cnode(a, 1);
    move(slot(a), *nest(first[1], 1'000, [](usize i) { return i % 2; }));
    EXPECT_EQ(revoke(untyped), no_error);
    expect_nothing_left();
}

// Revoke.

TEST_F(Deletion, RevokeTakesDescendantsAndNothingElse) {
    make_endpoint(a);
    EXPECT_EQ(mint(a, b, 1), no_error);
    EXPECT_EQ(copy(b, c), no_error);
    EXPECT_EQ(copy(a, d), no_error);
    EXPECT_EQ(revoke(c), no_error) << "a plain copy has none";
    EXPECT_EQ(revoke(d), no_error);
    EXPECT_FALSE(slot(b).is_empty() || slot(c).is_empty() || slot(d).is_empty());
    EXPECT_EQ(revoke(b), no_error);
    EXPECT_TRUE(slot(c).is_empty());
    EXPECT_FALSE(slot(b).is_empty() || slot(d).is_empty());
    EXPECT_EQ(revoke(a), no_error);
    EXPECT_TRUE(slot(b).is_empty() && slot(d).is_empty());
    EXPECT_FALSE(slot(a).is_empty());
}

TEST_F(Deletion, RevokeTakesAThreadsOwnCSpace) {
    EXPECT_EQ(revoke(root), no_error) << "it gets its answer all the same";
    EXPECT_TRUE(thread().slot(ThreadSlot::CSpaceRoot).is_empty());
    load(root, abi::label::CNodeDelete, {a, 64});
    const auto exit = system_call(SendMode::Call);
    ASSERT_FALSE(exit);
    EXPECT_EQ(exit.error().failure, LookupFailure::invalid_root());
}

TEST_F(Deletion, RevokeTakesTheCSpaceThatItIsRunFrom) {
    // The thread's CSpace is a CNode made of `untyped`, and holds the capability to `untyped` too.
    const auto slots = make_cnode(a, 2);
    make_endpoint(b);
    move(slot(b), slots[3]);
    Slot& cspace = thread().slot(ThreadSlot::CSpaceRoot);
    remove(cspace);
    const auto guard = abi::CNodeData{}.with(abi::CNodeData::guard_size, 62);
    slot(a).cap = *slot(a).cap.as<CNode>()->with_guard(guard);
    move(slot(untyped), slots[0]);
    move(slot(a), cspace);
    derive(slots[1], cspace.cap, cspace, Birth::Copy);
    load(1, abi::label::CNodeRevoke, {0, 64});
    EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Resume);
    EXPECT_EQ(answer(), no_error);
    for (const Slot& slot : slots)
        EXPECT_TRUE(slot.is_empty());
    EXPECT_TRUE(cspace.is_empty());
    EXPECT_EQ(kernel.graveyard.depth(), 0u);
}

TEST_F(Deletion, RevokeFinishesTheCNodeThatTakesItAway) {
    EXPECT_EQ(retype(untyped, ObjectType::Untyped, 12, b), no_error);
    EXPECT_EQ(retype(b, ObjectType::CapTable, 2, a), no_error);
    const auto slots = slot(a).cap.as<CNode>()->slots();
    make_endpoint(c);
    move(slot(c), slots[0]);
    move(slot(b), slots[3]); // the untyped, into a CNode made of it
    EXPECT_EQ(invoke(a, abi::label::CNodeRevoke, {3, 2}), no_error);
    EXPECT_TRUE(slot(a).is_empty());
    EXPECT_TRUE(slots[0].is_empty());
    expect_nothing_left();
}

// Interruptions.

TEST_F(Deletion, CanBeInterruptedAnywhere) {
    unsigned all_points = 0;
    for (unsigned point = 0; point <= all_points; ++point) {
        const auto first = make_cnode(a, 2);
        const auto second = make_cnode(b, 2);
        const auto third = make_cnode(c, 1);
        make_endpoint(d);
        move(slot(d), third[1]);
        move(slot(c), second[2]);
        move(slot(b), first[3]);
        derive(third[0], slot(a).cap, slot(a), Birth::Copy);
        const unsigned before = preemptions();
        interrupt_after_each(point);
        EXPECT_EQ(revoke(untyped), no_error);
        interrupt_after_each({});
        if (preemptions() != before) all_points = point + 1;
        EXPECT_FALSE(has_children(slot(untyped)));
        EXPECT_EQ(kernel.graveyard.depth(), 0u);
    }
    EXPECT_GT(all_points, 10u);
    expect_nothing_left();
}

TEST_F(Deletion, ThatIsDoneIsNotMadeAgain) {
    make_endpoint(a);
    interrupt_after_each(0);
    EXPECT_EQ(erase(a), no_error);
    EXPECT_EQ(preemptions(), 0u) << "the interrupt comes when the call has returned";
}

TEST_F(Deletion, GoesLastHoweverOftenItIsInterrupted) {
    const auto outer = make_cnode(a, 1);
    const auto nested = make_cnode(b, 2);
    make_endpoint(c);
    move(slot(c), nested[2]);
    move(slot(b), outer[0]);
    interrupt_after_each(0);
    EXPECT_EQ(erase(a), no_error);
    EXPECT_TRUE(nested[2].is_empty()) << "nothing is left when the call returns";
    interrupt_after_each({});
    expect_nothing_left();
}

TEST_F(Deletion, HalfDoneLeavesAZombie) {
    const auto slots = make_cnode(a, 2);
    make_endpoint(b);
    move(slot(b), slots[0]);
    leave_half_done(0, root, abi::label::CNodeDelete, {a, 64});
    EXPECT_TRUE(is(slot(a), CapType::Zombie));
    EXPECT_TRUE(has_children(slot(untyped))) << "its memory is not free yet";
    EXPECT_EQ(invoke(a, abi::label::CNodeDelete, {0, 2}), error(Error::InvalidCapability, {0}));
    EXPECT_EQ(copy(a, c), error(Error::IllegalOperation));
    EXPECT_EQ(mint(a, c, 1), error(Error::IllegalOperation));
    EXPECT_EQ(invoke(root, abi::label::CNodeMove, {c, 64, a, 64}, {root}), no_error);
    EXPECT_EQ(revoke(c), no_error) << "it has no descendants";
    EXPECT_FALSE(slots[0].is_empty());
    EXPECT_EQ(erase(c), no_error) << "anybody can finish it";
    EXPECT_TRUE(slots[0].is_empty());
    expect_nothing_left();
}

TEST_F(Deletion, ByAPathThroughWhatItDeletesIsFinishedByAnother) {
    const auto slots = make_cnode(a, 2);
    EXPECT_EQ(mint(root, b, 0), no_error) << "the root CNode without a guard";
    derive(slots[1], slot(b).cap, slot(b), Birth::Copy);
    constexpr u64 there_and_back = a << 10 | 1 << 8 | a;
    leave_half_done(0, b, abi::label::CNodeDelete, {there_and_back, 18});
    EXPECT_TRUE(is(slot(a), CapType::Zombie));
    EXPECT_EQ(invoke(b, abi::label::CNodeDelete, {there_and_back, 18}).label,
              static_cast<u64>(Error::FailedLookup));
    EXPECT_EQ(erase(a), no_error);
    expect_nothing_left();
}

TEST_F(Deletion, GoesThroughWhatOthersLeftHalfDone) {
    const auto outer = make_cnode(a, 1);
    const auto inner = make_cnode(b, 2);
    const auto innermost = make_cnode(c, 1);
    make_endpoint(d);
    move(slot(d), innermost[1]);
    move(slot(c), inner[3]);
    move(slot(b), outer[1]);
    leave_half_done(1, a, abi::label::CNodeDelete, {1, 1}); // by then `innermost` is buried
    EXPECT_TRUE(is(outer[1], CapType::Zombie));
    EXPECT_EQ(kernel.graveyard.depth(), 1u);
    EXPECT_EQ(erase(a), no_error);
    EXPECT_TRUE(is(innermost[0], CapType::Zombie)) << "the other deletion's, and not waited for";
    EXPECT_EQ(kernel.graveyard.depth(), 1u);
    EXPECT_EQ(revoke(untyped), no_error);
    expect_nothing_left();
}

TEST_F(Deletion, DoesNotFinishWhatOthersBegan) {
    const auto long_one = make_cnode(a, 4);
    const auto nested = make_cnode(b, 4);
    move(slot(b), long_one[15]);
    leave_half_done(1, root, abi::label::CNodeDelete, {a, 64});
    EXPECT_EQ(kernel.graveyard.newest(), nested.data());
    const auto progress = kernel.graveyard.newest()->cap;

    const auto short_one = make_cnode(c, 1);
    make_endpoint(d);
    move(slot(d), short_one[1]);
    EXPECT_EQ(erase(c), no_error);
    EXPECT_TRUE(short_one[1].is_empty());
    make_endpoint(c);
    EXPECT_EQ(revoke(c), no_error);
    EXPECT_EQ(erase(c), no_error);
    EXPECT_EQ(kernel.graveyard.newest()->cap, progress);

    EXPECT_EQ(erase(a), no_error);
    expect_nothing_left();
}

TEST_F(Deletion, GoesLastEvenIfOthersHaveFinishedMeanwhile) {
    const auto first = make_cnode(a, 2);
    make_cnode(b, 2);
    move(slot(b), first[3]);
    leave_half_done(1, root, abi::label::CNodeDelete, {a, 64});
    EXPECT_EQ(kernel.graveyard.depth(), 1u);

    const auto second = make_cnode(b, 2);
    const auto nested = make_cnode(c, 2);
    make_endpoint(d);
    move(slot(d), nested[0]);
    move(slot(c), second[0]);
    leave_half_done(0, root, abi::label::CNodeDelete, {b, 64}); // which began with a grave there

    interrupt_after_each(0);
    EXPECT_EQ(erase(a), no_error);
    EXPECT_EQ(kernel.graveyard.depth(), 0u);
    EXPECT_EQ(erase(b), no_error);
    EXPECT_TRUE(nested[0].is_empty());
    interrupt_after_each({});
    expect_nothing_left();
}

using DeletionDeathTest = Deletion;

TEST_F(DeletionDeathTest, SeesAGraveThatIsNone) {
    const auto outer = make_cnode(a, 2);
    make_cnode(b, 2);
    move(slot(b), outer[3]);
    leave_half_done(1, root, abi::label::CNodeDelete, {a, 64});
    auto& grave = const_cast<Slot&>(*graveyard.newest());
    const Capability zombie = grave.cap;
    for (const Capability& wrong : {slot(root).cap, slot(a).cap}) { // a CNode, another's zombie
        grave.cap = wrong;
        EXPECT_DEATH(check_every_invariant(graveyard), "the first slot of its own object");
    }
    grave.cap = zombie;
}

TEST(GraveyardDeathTest, SeesAGraveThatIsNotCounted) {
    const auto miscounted = std::bit_cast<Graveyard>(std::array<u64, 2>{0, 1});
    EXPECT_DEATH(check_every_invariant(miscounted), "a newest grave if there are graves");
}

/// Programs of random calls, some of which are interrupted and never made again.
class AbandonedDeletions : public Deletion, public testing::WithParamInterface<u64> {
  protected:
    static constexpr u64 slots = 12; ///< of the root CNode, from `a` on

    struct Place {
        u64 cptr, index, depth;
    };

    u64 below(u64 limit) { return random_.next() % limit; }

    Place place() {
        const u64 index = a + below(slots);
        const auto cnode = slot(index).cap.as<CNode>();
        if (!cnode || below(2) == 0) return {root, index, 64};
        return {index, below(cnode->slots().size()), cnode->radix()};
    }

    void call(u64 cptr, u64 label, std::initializer_list<u64> words,
              std::initializer_list<u64> caps = {}) {
        load(cptr, label, words, caps);
        for (auto exit = system_call(SendMode::Call); exit && *exit == KernelExit::Preempted;
             exit = system_call(SendMode::Call)) {
            check();
            if (below(3) == 0) return;
        }
        check();
    }

    void move_or_copy(const Place& to, const Place& from) {
        if (below(4) == 0)
            call(to.cptr, abi::label::CNodeCopy, {to.index, to.depth, from.index, from.depth, all},
                 {from.cptr});
        else
            call(to.cptr, abi::label::CNodeMove, {to.index, to.depth, from.index, from.depth},
                 {from.cptr});
    }

    void act() {
        interrupt_after_each(below(3) == 0 ? std::optional{static_cast<unsigned>(below(6))}
                                           : std::nullopt);
        const Place to = place();
        const u64 choice = below(9);
        if (choice < 2)
            call(untyped, abi::label::UntypedRetype,
                 {static_cast<u64>(ObjectType::CapTable), 1 + below(2), 0, 0, a + below(slots), 1},
                 {root});
        else if (choice < 6)
            move_or_copy(to, place());
        else
            call(to.cptr, choice < 8 ? abi::label::CNodeDelete : abi::label::CNodeRevoke,
                 {to.index, to.depth});
        interrupt_after_each({});
    }

  private:
    Random random_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Seeds, AbandonedDeletions, testing::Range<u64>(0, 40));

TEST_P(AbandonedDeletions, CanAllBeFinished) {
    for (unsigned i = 0; i < 150; ++i)
        act();
    for (u64 i = 0; i < slots; ++i)
        EXPECT_EQ(erase(a + i), no_error);
    EXPECT_EQ(revoke(untyped), no_error);
    expect_nothing_left();
}

// The other two methods.

TEST_F(Deletion, ChecksCancelBadgedSends) {
    constexpr u64 label = abi::label::CNodeCancelBadgedSends;
    make_endpoint(a);
    EXPECT_EQ(invoke(root, label, {a}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(root, label, {a, 0}), error(Error::RangeError, {1, 64}));
    EXPECT_EQ(invoke(root, label, {b, 64}), error(Error::IllegalOperation)) << "empty";
    EXPECT_EQ(invoke(root, label, {root, 64}), error(Error::IllegalOperation));
    for (u64 rights = 0; rights < all; ++rights) {
        EXPECT_EQ(invoke(root, abi::label::CNodeMint, {b, 64, a, 64, rights, 1}, {root}), no_error);
        EXPECT_EQ(invoke(root, label, {b, 64}), error(Error::IllegalOperation)) << rights;
        EXPECT_EQ(erase(b), no_error);
    }
    EXPECT_EQ(invoke(root, label, {a, 64}), no_error);
    EXPECT_EQ(mint(a, b, 1), no_error);
    EXPECT_EQ(invoke(root, label, {b, 64}), no_error);
}

TEST_F(Deletion, ChecksSaveCaller) {
    constexpr u64 label = abi::label::CNodeSaveCaller;
    EXPECT_EQ(invoke(root, label, {a}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(root, label, {a, 65}), error(Error::RangeError, {1, 64}));
    EXPECT_EQ(invoke(root, label, {root, 64}), error(Error::DeleteFirst));
    EXPECT_EQ(invoke(root, label, {a, 64}), no_error);
    EXPECT_TRUE(slot(a).is_empty());
}

TEST_F(Deletion, ChecksDeleteAndRevoke) {
    for (const u64 label : {abi::label::CNodeDelete, abi::label::CNodeRevoke}) {
        EXPECT_EQ(invoke(root, label, {a}), error(Error::TruncatedMessage));
        EXPECT_EQ(invoke(root, label, {a, 0}), error(Error::RangeError, {1, 64}));
        EXPECT_EQ(invoke(root, label, {a, 8}),
                  failed_lookup(false, LookupFailure::guard_mismatch(8, 0, 64 - root_radix)));
    }
}

} // namespace
} // namespace k::test
