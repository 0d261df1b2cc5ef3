// Each invariant of all that there is, broken, and nothing else with it.
#include "crowd_model.hpp"
#include "invariants/invariants.hpp"
#include "memory_model.hpp"
#include "object/notification.hpp"
#include "object/page_table.hpp"
#include "object/reply.hpp"
#include "object/zombie.hpp"

#include <cstring>

namespace k::test {
namespace {

using Names = std::vector<std::string_view>;

/// The names of the invariants that do not hold.
Names broken(const KernelObjects& kernel) {
    const auto* const verdicts = invariants::examine(kernel);
    if (verdicts == nullptr) return {"there are too many objects"};
    Names names;
    for (usize i = 0; i < verdicts->size(); ++i)
        if (!(*verdicts)[i].holds()) names.push_back(invariants::predicates[i].name);
    return names;
}

const Names none{};
const Names tree{"the derivation tree is well formed"};
const Names memory_used_once{"untyped memory is used once"};
const Names dying{"dying objects are in order"};
const Names spaces{"address spaces are backed"};
const Names mappings{"live mappings are backed"};
const Names ready{"ready queues hold the runnable"};
const Names queues{"queues agree with states"};
const Names signals{"signals are pending or awaited"};
const Names bindings{"bindings are mutual"};
const Names replies{"replies are unique and awaited"};
const Names faults{"faults wait for a handler"};
const Names fpu{"the owner of the FPU is a thread"};

// --- Memory and address spaces ------------------------------------------------------------------

class MemoryInvariants : public MemoryTest {
  protected:
    static constexpr u64 object = 60; ///< the first of some slots
    static constexpr u64 another = 61;
    static constexpr u64 read_only = 2; ///< rights

    MemoryInvariants() { EXPECT_EQ(broken(kernel), none); }
};

TEST_F(MemoryInvariants, NeighboursKnowEachOther) {
    ASSERT_EQ(retype(untyped, ObjectType::Endpoint, 0, object), no_error);
    Slot* const before = std::exchange(slot(object).previous, &slot(root));
    EXPECT_EQ(broken(kernel), tree);
    slot(object).previous = before;
    EXPECT_EQ(broken(kernel), none);
    slot(object).next.set(&slot(root));
    EXPECT_EQ(broken(kernel), tree);
}

TEST_F(MemoryInvariants, ObjectsDoNotOverlap) {
    ASSERT_EQ(retype(untyped, ObjectType::TCB, 0, object), no_error);
    ASSERT_EQ(retype(untyped, ObjectType::Endpoint, 0, another), no_error);
    const PhysAddr last = slot(object).cap.address() + (sizeof(Tcb) - sizeof(Endpoint));
    slot(another).cap = Cap<Endpoint>::make(last);
    EXPECT_EQ(broken(kernel), memory_used_once);
    slot(another).cap = Cap<Endpoint>::make(last + sizeof(Endpoint));
    EXPECT_EQ(broken(kernel), none);
}

TEST_F(MemoryInvariants, ObjectsAreAlignedToTheirSizes) {
    ASSERT_EQ(retype(pages + 1, ObjectType::TCB, 0, object, 2), no_error);
    k::remove(slot(object));
    EXPECT_EQ(broken(kernel), none);
    const PhysAddr aligned = place(pages);
    slot(pages).cap = Cap<PageTable>::make(aligned + page_bytes / 2);
    EXPECT_EQ(broken(kernel), memory_used_once) << "it reaches into the next, where nothing is";
    slot(pages).cap = Cap<PageTable>::make(aligned);
    EXPECT_EQ(broken(kernel), none);
}

TEST_F(MemoryInvariants, ObjectsLieBelowTheWatermarkAsAWhole) {
    ASSERT_EQ(retype(pages, ObjectType::TCB, 0, object), no_error);
    const auto parent = *slot(pages).cap.as<Untyped>();
    slot(pages).cap = parent.with_watermark(sizeof(Tcb) - 1);
    EXPECT_EQ(broken(kernel), memory_used_once);
    slot(object).cap = Cap<Untyped>::make(parent.address(), tcb_bits, false);
    EXPECT_EQ(broken(kernel), memory_used_once) << "of an untyped in the same place, too";
    slot(pages).cap = parent.raw();
    EXPECT_EQ(broken(kernel), none);
}

TEST_F(MemoryInvariants, DyingObjectsAreEmptiedFromTheEnd) {
    ASSERT_EQ(retype(untyped, ObjectType::CapTable, 2, object), no_error);
    const auto cnode = *slot(object).cap.as<CNode>();
    const auto slots = cnode.slots();
    slot(object).cap = Cap<Zombie>::make(slots.first(2), cnode.size_bits(), 0);
    EXPECT_EQ(broken(kernel), none);
    derive(slots[3], slot(root).cap, slot(root), Birth::Copy);
    EXPECT_EQ(broken(kernel), dying);
}

TEST_F(MemoryInvariants, GravesAreInTheirPlaces) {
    ASSERT_EQ(retype(untyped, ObjectType::CapTable, 1, object, 2), no_error);
    Slot& inner = slot(object).cap.as<CNode>()->slots()[1];
    move(slot(another), inner);
    interrupt_after_each(0);
    while (graveyard.depth() == 0)
        EXPECT_EQ(graveyard.erase(slot(object), kernel), Progress::Preempted);
    EXPECT_EQ(broken(kernel), none);
    auto& grave = const_cast<Slot&>(*graveyard.newest());
    grave.cap = grave.cap.as<Zombie>()->buried(&grave);
    EXPECT_EQ(broken(kernel), dying);
}

TEST_F(MemoryInvariants, GravesAreAsManyAsWereCounted) {
    ASSERT_EQ(retype(untyped, ObjectType::CapTable, 1, object, 3), no_error);
    move(slot(another + 1), slot(another).cap.as<CNode>()->slots()[1]);
    move(slot(another), slot(object).cap.as<CNode>()->slots()[1]);
    interrupt_after_each(0);
    while (graveyard.depth() < 2)
        EXPECT_EQ(graveyard.erase(slot(object), kernel), Progress::Preempted);
    EXPECT_EQ(broken(kernel), none);
    auto& grave = const_cast<Slot&>(*graveyard.newest());
    grave.cap = grave.cap.as<Zombie>()->buried(nullptr);
    EXPECT_EQ(broken(kernel), dying);
}

TEST_F(MemoryInvariants, WhoHasAnIdentifierHasACapability) {
    ASSERT_EQ(invoke(asid_pool, label::ASIDPoolAssign, {}, {new_vspace}), no_error);
    EXPECT_EQ(broken(kernel), none);
    k::remove(slot(new_vspace));
    EXPECT_EQ(broken(kernel), spaces);
}

TEST_F(MemoryInvariants, APoolHasACapability) {
    const PhysAddr page = slot(pages).cap.address();
    kernel.asids.add(3, *arch::window.at<AsidPool>(page));
    EXPECT_EQ(broken(kernel), spaces);
}

TEST_F(MemoryInvariants, AMappingHasACapability) {
    map_tables();
    ASSERT_EQ(map(frame), no_error);
    EXPECT_EQ(broken(kernel), none);
    const Capability mapped = slot(frame).cap;
    slot(frame).cap = mapped.as<Frame>()->mapped(MappedAt{});
    EXPECT_EQ(broken(kernel), mappings);
    slot(frame).cap = mapped;
    k::remove(slot(tables + 1));
    EXPECT_EQ(broken(kernel), mappings);
}

TEST_F(MemoryInvariants, AMappingPermitsNoMoreThanItsCapability) {
    map_tables();
    ASSERT_EQ(map(frame), no_error);
    ASSERT_EQ(map(other_frame, va + page_bytes, read_only), no_error);
    const auto weaken = [&](u64 which, Rights mask) {
        slot(which).cap = slot(which).cap.as<Frame>()->masked(mask);
    };
    weaken(other_frame, Rights{read_only});
    EXPECT_EQ(broken(kernel), none);
    weaken(other_frame, Rights{});
    EXPECT_EQ(broken(kernel), mappings) << "it can be read";
    ASSERT_EQ(unmap(other_frame), no_error);
    weaken(frame, Rights{read_only});
    EXPECT_EQ(broken(kernel), mappings) << "it can be written";
}

TEST_F(MemoryInvariants, ACopyThatPermitsLessMayRememberTheSamePlace) {
    map_tables();
    ASSERT_EQ(copy_of(frame, copy, read_only), no_error);
    ASSERT_EQ(map(copy), no_error);
    ASSERT_EQ(map(frame), no_error);
    EXPECT_EQ(broken(kernel), none);
    ASSERT_EQ(remove(frame), no_error);
    EXPECT_EQ(broken(kernel), none);
}

TEST_F(MemoryInvariants, ACopyThatRemembersTheSamePlaceMakesUpForNothing) {
    map_tables();
    ASSERT_EQ(map(frame), no_error);
    ASSERT_EQ(map(other_frame, va + page_bytes), no_error);
    derive(slot(copy), slot(other_frame).cap, slot(other_frame), Birth::Copy);
    EXPECT_EQ(broken(kernel), none);
    k::remove(slot(frame));
    EXPECT_EQ(broken(kernel), mappings);
}

TEST_F(MemoryInvariants, WhatWasMadeOfLostMemoryMayStay) {
    map_tables();
    ASSERT_EQ(map(device_frame), no_error);
    k::remove(slot(device));
    k::remove(slot(device_frame));
    EXPECT_EQ(broken(kernel), none);
}

TEST_F(MemoryInvariants, FloatingPointRegistersBelongToAThread) {
    ASSERT_EQ(retype(untyped, ObjectType::TCB, 0, object), no_error);
    ASSERT_TRUE(kernel.fpu.claim(slot(object).cap.as<Tcb>()->thread()));
    EXPECT_EQ(broken(kernel), none);
    k::remove(slot(object));
    EXPECT_EQ(broken(kernel), fpu);
}

TEST_F(MemoryInvariants, NothingIsSaidOfMoreThanThereIsRoomFor) {
    std::vector<Slot> copies(invariants::Census::room_for_slots);
    for (Slot& one : copies)
        derive(one, slot(root).cap, slot(root), Birth::Copy);
    EXPECT_EQ(invariants::examine(kernel), nullptr);
    EXPECT_FALSE(invariants::check_everything(kernel));
    KernelState state{.firmware = dev::Psci{arch::Conduit::Hvc}};
    state.objects = kernel;
    state.census_every = 1;
    EXPECT_DEATH(take_census(state), "^PANIC: invariants: a census has no room");
    for (Slot& one : copies)
        k::remove(one);
}

// --- Threads ------------------------------------------------------------------------------------

class ThreadInvariants : public CrowdTest {
  protected:
    ThreadInvariants() { EXPECT_EQ(broken(kernel()), none); }

    Notification& signal() { return slot(notification).cap.as<Notification>()->object(); }

    /// What a queue does only together with its first.
    static void set_last(ThreadQueue& queue, Tcb* last) {
        std::memcpy(reinterpret_cast<std::byte*>(&queue) + sizeof last, &last, sizeof last);
    }
};

TEST_F(ThreadInvariants, WhoIsReadyCanRun) {
    thread(2).state = ThreadState::Inactive;
    EXPECT_EQ(broken(kernel()), ready);
}

TEST_F(ThreadInvariants, WhoIsReadyIsInTheQueueOfItsPriority) {
    ++thread(2).priority;
    EXPECT_EQ(broken(kernel()), ready);
}

TEST_F(ThreadInvariants, WhoCanRunIsReady) {
    scheduler().suspend(thread(2));
    scheduler().next();
    EXPECT_EQ(broken(kernel()), none);
    thread(2).state = ThreadState::Running;
    EXPECT_EQ(broken(kernel()), ready);
}

TEST_F(ThreadInvariants, TheSetOfPrioritiesKnowsItsQueues) {
    auto& in_use = const_cast<PrioritySet&>(scheduler().ready().in_use());
    in_use.add(7);
    EXPECT_EQ(broken(kernel()), ready);
    in_use.drop(7);
    in_use.drop(priority);
    EXPECT_EQ(broken(kernel()), ready);
}

TEST_F(ThreadInvariants, NeighboursInAQueueKnowEachOther) {
    thread(2).previous = nullptr;
    EXPECT_EQ(broken(kernel()), ready);
}

TEST_F(ThreadInvariants, WhileNothingIsDecidedAThreadMayBeInNoQueue) {
    scheduler().suspend(thread(2));
    scheduler().next();
    scheduler().wake(thread(2));
    EXPECT_EQ(broken(kernel()), none);
}

TEST_F(ThreadInvariants, WhoIsAtAnEndpointWaitsThere) {
    call(1, Syscall::Recv, endpoint);
    call(2, Syscall::Recv, endpoint);
    thread(1).state = ThreadState::Inactive;
    EXPECT_EQ(broken(kernel()), queues);
    thread(1).state = ThreadState::BlockedOnSend;
    EXPECT_EQ(broken(kernel()), queues) << "not all for the same";
    thread(1).state = ThreadState::BlockedOnReceive;
    thread(1).waiting_through = slot(other_endpoint).cap;
    EXPECT_EQ(broken(kernel()), queues);
}

TEST_F(ThreadInvariants, WhoIsAtANotificationWaitsThere) {
    call(1, Syscall::Recv, notification);
    thread(1).state = ThreadState::Inactive;
    EXPECT_EQ(broken(kernel()), queues);
}

TEST_F(ThreadInvariants, AQueueKnowsItsLast) {
    call(1, Syscall::Recv, notification);
    set_last(signal().waiters, nullptr);
    EXPECT_EQ(broken(kernel()), queues);
    set_last(signal().waiters, &thread(1));
    EXPECT_EQ(broken(kernel()), none);
    ThreadQueue& nobody = slot(endpoint).cap.as<Endpoint>()->object().queue;
    set_last(nobody, &thread(2));
    EXPECT_EQ(broken(kernel()), queues);
}

TEST_F(ThreadInvariants, WhoWaitsIsInAQueue) {
    scheduler().suspend(thread(1));
    scheduler().next();
    thread(1).state = ThreadState::BlockedOnReceive;
    thread(1).waiting_through = slot(endpoint).cap;
    EXPECT_EQ(broken(kernel()), queues);
}

TEST_F(ThreadInvariants, NobodyWaitsForASignalThatIsThere) {
    signal().add(1);
    scheduler().suspend(thread(1));
    scheduler().next();
    EXPECT_EQ(broken(kernel()), none);
    thread(1).state = ThreadState::BlockedOnNotification;
    thread(1).waiting_through = slot(notification).cap;
    signal().waiters.push_back(thread(1));
    EXPECT_EQ(broken(kernel()), signals);
}

TEST_F(ThreadInvariants, BindingsAreMutual) {
    thread(1).notification = &signal();
    EXPECT_EQ(broken(kernel()), bindings);
    signal().set_bound(&thread(1));
    EXPECT_EQ(broken(kernel()), none);
    thread(1).notification = nullptr;
    EXPECT_EQ(broken(kernel()), bindings);
}

TEST_F(ThreadInvariants, OneSlotCanAnswer) {
    call(1, Syscall::Recv, endpoint);
    call(0, Syscall::Call, endpoint);
    ASSERT_EQ(state(0), ThreadState::BlockedOnReply);
    EXPECT_EQ(broken(kernel()), none);
    Slot& given = thread(1).slot(ThreadSlot::Caller);
    derive(slot(free_slot), given.cap, given, Birth::Copy);
    EXPECT_EQ(broken(kernel()), replies);
}

TEST_F(ThreadInvariants, WhoWaitsForAnAnswerHoldsTheRightToIt) {
    call(1, Syscall::Recv, endpoint);
    call(0, Syscall::Call, endpoint);
    remove(thread(1).slot(ThreadSlot::Caller));
    EXPECT_EQ(broken(kernel()), none) << "nobody will ever answer, and that is allowed";
    remove(thread(0).slot(ThreadSlot::Reply));
    EXPECT_EQ(broken(kernel()), replies);
}

TEST_F(ThreadInvariants, WhoHasAFaultCallsItsHandler) {
    thread(1).fault = UnknownSyscall{5};
    EXPECT_EQ(broken(kernel()), faults);
    thread(1).fault = {};
    call(2, Syscall::Send, endpoint);
    thread(2).fault = UnknownSyscall{5};
    EXPECT_EQ(broken(kernel()), faults) << "that is a message of its own";
    thread(2).is_calling = true;
    EXPECT_EQ(broken(kernel()), none);
}

// --- Who asks -----------------------------------------------------------------------------------

using ThreadInvariantsDeathTest = ThreadInvariants;

TEST_F(ThreadInvariantsDeathTest, NameWhatIsBrokenAndWhere) {
    thread(1).notification = &signal();
    EXPECT_DEATH(static_cast<void>(invariants::check_everything(kernel())),
                 "^PANIC: broken invariant: bindings are mutual: the thread's, at 0x[0-9a-f]{16}");
}

TEST_F(ThreadInvariantsDeathTest, TheKernelLooksAsOftenAsItIsTold) {
    KernelState state{.firmware = dev::Psci{arch::Conduit::Hvc}};
    state.objects = kernel();
    thread(1).notification = &signal();
    take_census(state);
    take_census(state); // nobody has told it
    state.census_every = 2;
    take_census(state);
    EXPECT_DEATH(take_census(state), "broken invariant: bindings are mutual");
}

} // namespace
} // namespace k::test
