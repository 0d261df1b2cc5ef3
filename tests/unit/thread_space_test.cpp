// What a thread finds its capabilities, its memory and its messages in, and what becomes of threads
// that are deleted: SEMANTICS, "TCBs" and "Derivation".
#include "arch/user_space.hpp"
#include "object/zombie.hpp"
#include "world_model.hpp"

namespace k {
namespace {

using abi::Error;
using abi::ObjectType;
using test::error;
using test::no_error;
using test::WorldTest;
namespace label = abi::label;

class ThreadSpaceTest : public WorldTest {
  protected:
    static constexpr u64 self = 1;
    static constexpr u64 nothing = free_slot; ///< an empty slot
    static constexpr u64 tcb = free_slot + 1;
    static constexpr u64 endpoint = free_slot + 2;
    static constexpr u64 frame = free_slot + 3;
    static constexpr u64 device_frame = free_slot + 4;
    static constexpr u64 cnode = free_slot + 5;
    static constexpr u64 second_vspace = free_slot + 6;
    static constexpr u64 homeless = free_slot + 7; ///< a VSpace without an ASID
    static constexpr u64 parent = free_slot + 8;   ///< an untyped with a child
    static constexpr u64 child = free_slot + 9;
    static constexpr u64 next_free = free_slot + 10;

    ThreadSpaceTest() {
        plant(slot(self), Cap<Tcb>::make(arch::window.phys(&thread())));
        EXPECT_EQ(retype(untyped, ObjectType::TCB, 0, tcb), no_error);
        EXPECT_EQ(retype(untyped, ObjectType::Endpoint, 0, endpoint), no_error);
        EXPECT_EQ(retype(untyped, ObjectType::SmallPage, 0, frame), no_error);
        EXPECT_EQ(retype(device, ObjectType::SmallPage, 0, device_frame), no_error);
        EXPECT_EQ(retype(untyped, ObjectType::CapTable, 4, cnode), no_error);
        EXPECT_EQ(retype(untyped, ObjectType::VSpace, 0, second_vspace, 2), no_error);
        EXPECT_EQ(invoke(asid_pool, label::ASIDPoolAssign, {}, {second_vspace}), no_error);
        EXPECT_EQ(retype(untyped, ObjectType::Untyped, 6, parent), no_error);
        EXPECT_EQ(retype(parent, ObjectType::Endpoint, 0, child), no_error);
    }

    using World::thread;

    Tcb& made() { return slot(tcb).cap.as<Tcb>()->thread(); }

    [[nodiscard]] const Capability& held(ThreadSlot which) { return made().slot(which).cap; }

    test::Answer set_space(std::initializer_list<u64> caps, u64 guard = 0) {
        return invoke(tcb, label::TCBSetSpace, {0x77, guard, 0xdead}, caps);
    }

    test::Answer configure(std::initializer_list<u64> caps, u64 buffer = 0x1400, u64 guard = 0) {
        return invoke(tcb, label::TCBConfigure, {0x77, guard, 0xdead, buffer}, caps);
    }

    test::Answer set_buffer(u64 address, u64 cap) {
        return invoke(tcb, label::TCBSetIPCBuffer, {address}, {cap});
    }

    test::Answer remove(u64 index) { return invoke(root, label::CNodeDelete, {index, 64}); }

    test::Answer revoke(u64 index) { return invoke(root, label::CNodeRevoke, {index, 64}); }

    Tcb* next() {
        Tcb* const next = kernel.scheduler.next();
        check_every_invariant(kernel.scheduler);
        return next;
    }
};

// --- Roots --------------------------------------------------------------------------------------

TEST_F(ThreadSpaceTest, AThreadGetsCopiesOfItsRoots) {
    EXPECT_EQ(set_space({cnode, vspace}), no_error);
    EXPECT_EQ(held(ThreadSlot::CSpaceRoot), slot(cnode).cap);
    EXPECT_EQ(held(ThreadSlot::VSpaceRoot), slot(vspace).cap);
    EXPECT_EQ(made().fault_handler, 0x77u) << "without a look at it";
    EXPECT_EQ(first_descendant(slot(cnode)), &made().slot(ThreadSlot::CSpaceRoot));
    EXPECT_FALSE(made().slot(ThreadSlot::CSpaceRoot).has(Slot::Original));
    EXPECT_EQ(set_space({root, second_vspace}), no_error) << "and others in their place";
    EXPECT_EQ(held(ThreadSlot::CSpaceRoot), slot(root).cap);
    EXPECT_EQ(held(ThreadSlot::VSpaceRoot), slot(second_vspace).cap);
    EXPECT_FALSE(has_children(slot(cnode)));
}

TEST_F(ThreadSpaceTest, SetSpaceTakesThreeWordsAndTwoCapabilities) {
    EXPECT_EQ(invoke(tcb, label::TCBSetSpace, {0, 0}, {root, vspace}),
              error(Error::TruncatedMessage));
    EXPECT_EQ(set_space({root}), error(Error::TruncatedMessage));
}

TEST_F(ThreadSpaceTest, TheGuardIsGivenAsByMint) {
    EXPECT_EQ(set_space({cnode, vspace}, (5 << 6) | 7), no_error);
    const auto guarded = held(ThreadSlot::CSpaceRoot).as<CNode>();
    EXPECT_EQ(guarded->guard(), 5u);
    EXPECT_EQ(guarded->guard_size(), 7u);
    EXPECT_EQ(set_space({cnode, vspace}, 61), error(Error::IllegalOperation)) << "61 + 4 bits";
    EXPECT_EQ(set_space({root, vspace}), no_error);
    EXPECT_EQ(held(ThreadSlot::CSpaceRoot).as<CNode>()->guard_size(), 56u)
        << "0 leaves it as it is";
}

TEST_F(ThreadSpaceTest, RootsAreWhatTheyHaveToBe) {
    EXPECT_EQ(set_space({nothing, vspace}), error(Error::IllegalOperation));
    EXPECT_EQ(set_space({endpoint, vspace}), error(Error::IllegalOperation));
    EXPECT_EQ(set_space({endpoint, vspace}, 9), error(Error::IllegalOperation));
    EXPECT_EQ(set_space({parent, vspace}), error(Error::RevokeFirst));
    EXPECT_EQ(set_space({child, vspace}), error(Error::IllegalOperation));
    EXPECT_EQ(set_space({root, nothing}), error(Error::IllegalOperation));
    EXPECT_EQ(set_space({root, homeless}), error(Error::IllegalOperation)) << "it has no ASID";
    EXPECT_EQ(set_space({root, root}), error(Error::IllegalOperation));
    EXPECT_EQ(set_space({root, parent}), error(Error::RevokeFirst));
    EXPECT_EQ(set_space({endpoint, parent}), error(Error::IllegalOperation)) << "the CSpace first";
}

TEST_F(ThreadSpaceTest, RootsThatTakeLongToDropStay) {
    EXPECT_EQ(set_space({cnode, vspace}), no_error);
    EXPECT_EQ(remove(cnode), no_error);
    EXPECT_EQ(set_space({root, vspace}), error(Error::IllegalOperation)) << "it holds the last one";
    EXPECT_EQ(set_space({parent, parent}), error(Error::IllegalOperation)) << "that comes first";
    // Half deleted, it is no better: a Revoke of what the CNode is made of has been interrupted.
    interrupt_after_each(0);
    load(root, label::CNodeRevoke, {untyped, 64});
    while (held(ThreadSlot::CSpaceRoot).type() == CapType::CNode)
        EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Preempted);
    interrupt_after_each(std::nullopt);
    ASSERT_EQ(held(ThreadSlot::CSpaceRoot).type(), CapType::Zombie);
    EXPECT_EQ(set_space({root, vspace}), error(Error::IllegalOperation));
}

TEST_F(ThreadSpaceTest, AnAncestorsRevokeTakesRootsAway) {
    EXPECT_EQ(configure({cnode, vspace, frame}), no_error);
    EXPECT_EQ(revoke(cnode), no_error);
    EXPECT_EQ(revoke(vspace), no_error);
    EXPECT_EQ(revoke(frame), no_error);
    for (const Slot& slot : made().slots)
        EXPECT_TRUE(slot.is_empty());
    EXPECT_EQ(made().readable_buffer(), nullptr);
}

TEST_F(ThreadSpaceTest, AThreadsOwnSpaceHoldsFromItsNextInstructionOn) {
    EXPECT_EQ(invoke(self, label::TCBSetSpace, {0, 0, 0}, {root, second_vspace}), no_error);
    EXPECT_EQ(arch::user_space().asid, slot(second_vspace).cap.as<VSpace>()->asid());
    EXPECT_EQ(set_space({root, vspace}), no_error) << "another thread's space is its own affair";
    EXPECT_EQ(arch::user_space().asid, slot(second_vspace).cap.as<VSpace>()->asid());
}

// --- The IPC buffer -----------------------------------------------------------------------------

TEST_F(ThreadSpaceTest, ABufferIsAPlaceInAFrame) {
    EXPECT_EQ(set_buffer(0x7fff'ffff'fc00, frame), no_error) << "the address need not be mapped";
    EXPECT_EQ(made().buffer_address, 0x7fff'ffff'fc00u);
    EXPECT_EQ(first_descendant(slot(frame)), &made().slot(ThreadSlot::IpcBuffer));
    const auto* const begin = arch::window.at<u8>(slot(frame).cap.address());
    EXPECT_EQ(reinterpret_cast<const u8*>(made().readable_buffer()), begin + 0xc00);
}

TEST_F(ThreadSpaceTest, WithoutAnAddressThereIsNoBuffer) {
    EXPECT_EQ(set_buffer(0x400, frame), no_error);
    EXPECT_EQ(set_buffer(0, nothing), no_error) << "whatever the capability is";
    EXPECT_EQ(made().readable_buffer(), nullptr);
    EXPECT_EQ(made().buffer_address, 0u);
    EXPECT_FALSE(has_children(slot(frame)));
}

TEST_F(ThreadSpaceTest, BuffersAreRefused) {
    EXPECT_EQ(invoke(tcb, label::TCBSetIPCBuffer, {}, {frame}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(tcb, label::TCBSetIPCBuffer, {0}), error(Error::TruncatedMessage));
    EXPECT_EQ(set_buffer(0x401, nothing), error(Error::IllegalOperation));
    EXPECT_EQ(set_buffer(0x401, parent), error(Error::RevokeFirst));
    EXPECT_EQ(set_buffer(0x401, endpoint), error(Error::IllegalOperation));
    EXPECT_EQ(set_buffer(0x401, device_frame), error(Error::IllegalOperation));
    EXPECT_EQ(set_buffer(0x400, device_frame), error(Error::IllegalOperation));
    EXPECT_EQ(set_buffer(0x401, frame), error(Error::AlignmentError));
    EXPECT_EQ(set_buffer(0x200, frame), error(Error::AlignmentError));
}

// --- Both ---------------------------------------------------------------------------------------

TEST_F(ThreadSpaceTest, ConfigureDoesBoth) {
    EXPECT_EQ(configure({cnode, vspace, frame}, 0x1400, 3), no_error);
    EXPECT_EQ(held(ThreadSlot::CSpaceRoot).as<CNode>()->guard_size(), 3u);
    EXPECT_EQ(held(ThreadSlot::VSpaceRoot), slot(vspace).cap);
    EXPECT_EQ(held(ThreadSlot::IpcBuffer).address(), slot(frame).cap.address());
    EXPECT_EQ(made().buffer_address, 0x1400u);
    EXPECT_EQ(made().fault_handler, 0x77u);
    EXPECT_EQ(configure({cnode, vspace, nothing}, 0), no_error);
    EXPECT_EQ(made().readable_buffer(), nullptr);
    EXPECT_EQ(made().state, ThreadState::Inactive);
}

TEST_F(ThreadSpaceTest, ConfigureLooksAtTheBufferFirst) {
    EXPECT_EQ(invoke(tcb, label::TCBConfigure, {0, 0, 0}, {root, vspace, frame}),
              error(Error::TruncatedMessage));
    EXPECT_EQ(configure({root, vspace}), error(Error::TruncatedMessage));
    EXPECT_EQ(configure({parent, vspace, frame}, 0x401), error(Error::AlignmentError));
    EXPECT_EQ(configure({parent, nothing, endpoint}), error(Error::IllegalOperation));
    EXPECT_EQ(configure({parent, nothing, frame}), error(Error::RevokeFirst));
    EXPECT_EQ(configure({root, nothing, frame}), error(Error::IllegalOperation));
}

// --- The end ------------------------------------------------------------------------------------

TEST_F(ThreadSpaceTest, AThreadDiesWithItsLastCapability) {
    EXPECT_EQ(configure({cnode, vspace, frame}), no_error);
    EXPECT_EQ(invoke(root, label::CNodeCopy, {next_free, 64, tcb, 64, 0xf}, {root}), no_error);
    EXPECT_EQ(invoke(tcb, label::TCBResume, {}), no_error);
    Tcb& thread = made();
    EXPECT_TRUE(kernel.fpu.claim(thread));
    EXPECT_EQ(remove(tcb), no_error);
    EXPECT_EQ(thread.state, ThreadState::Running) << "not with the last but one";
    EXPECT_EQ(remove(next_free), no_error);
    EXPECT_EQ(thread.state, ThreadState::Inactive);
    EXPECT_EQ(kernel.fpu.owner(), nullptr) << "a new thread at its address has other numbers";
    EXPECT_TRUE(kernel.scheduler.ready().empty());
    for (const Slot& slot : thread.slots)
        EXPECT_TRUE(slot.is_empty());
    for (const u64 kept : {cnode, vspace, frame})
        EXPECT_FALSE(slot(kept).is_empty()) << "only its own copies go";
    EXPECT_FALSE(has_children(slot(cnode)));
    EXPECT_EQ(next(), &this->thread());
}

TEST_F(ThreadSpaceTest, WithAThreadGoesWhatOnlyItHolds) {
    EXPECT_EQ(invoke(cnode, label::CNodeMove, {3, 4, endpoint, 64}, {root}), no_error);
    EXPECT_EQ(set_space({cnode, vspace}), no_error);
    EXPECT_EQ(remove(cnode), no_error);
    const auto root_of_it = *held(ThreadSlot::CSpaceRoot).as<CNode>();
    EXPECT_FALSE(root_of_it.slots()[3].is_empty());
    EXPECT_EQ(remove(tcb), no_error);
    EXPECT_TRUE(root_of_it.slots()[3].is_empty());
}

TEST_F(ThreadSpaceTest, AThreadWhoseCapabilityOnlyItHoldsStays) {
    EXPECT_EQ(set_space({cnode, vspace}), no_error);
    EXPECT_EQ(invoke(cnode, label::CNodeMove, {3, 4, tcb, 64}, {root}), no_error);
    const auto nodes = *slot(cnode).cap.as<CNode>();
    Tcb& thread = nodes.slots()[3].cap.as<Tcb>()->thread();
    EXPECT_EQ(remove(cnode), no_error);
    EXPECT_EQ(nodes.slots()[3].cap.type(), CapType::TCB);
    EXPECT_EQ(revoke(untyped), no_error) << "until its memory is taken back";
    for (const Slot& slot : thread.slots)
        EXPECT_TRUE(slot.is_empty());
    EXPECT_EQ(graveyard.depth(), 0u);
}

TEST_F(ThreadSpaceTest, TheRunningThreadMayDeleteItself) {
    const u64 pc = thread().context.pc;
    load(root, label::CNodeDelete, {self, 64});
    const auto before = thread().context.x;
    EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Resume);
    check();
    EXPECT_EQ(thread().context.x, before) << "its call never returns";
    EXPECT_EQ(thread().context.pc, pc);
    EXPECT_EQ(thread().state, ThreadState::Inactive);
    for (const Slot& slot : thread().slots)
        EXPECT_TRUE(slot.is_empty());
    EXPECT_TRUE(slot(self).is_empty());
    EXPECT_EQ(next(), nullptr);
}

TEST_F(ThreadSpaceTest, TheRunningThreadMayBeInterruptedWhileItDeletesItself) {
    interrupt_after_each(0);
    const u64 pc = thread().context.pc;
    load(root, label::CNodeDelete, {self, 64});
    EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Preempted);
    EXPECT_EQ(slot(self).cap.type(), CapType::Zombie);
    EXPECT_EQ(thread().context.pc, pc) << "it does not come back to that";
    check();
    EXPECT_EQ(next(), nullptr);
}

TEST_F(ThreadSpaceTest, InvokingADyingThreadIsInvokingNothing) {
    interrupt_after_each(0);
    EXPECT_EQ(configure({cnode, vspace, frame}), no_error);
    load(root, label::CNodeDelete, {tcb, 64});
    EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Preempted);
    interrupt_after_each(std::nullopt);
    check();
    EXPECT_EQ(slot(tcb).cap.as<Zombie>()->slots().size(), thread_slots);
    EXPECT_EQ(invoke(tcb, label::TCBResume, {}), error(Error::InvalidCapability, {0}));
    EXPECT_EQ(invoke(self, label::TCBSetPriority, {0}, {tcb}),
              error(Error::InvalidCapability, {1}));
    EXPECT_EQ(remove(tcb), no_error) << "and whoever deletes it finishes that";
    EXPECT_TRUE(slot(tcb).is_empty());
}

TEST_F(ThreadSpaceTest, AThreadCanDieAtAnyPointOfItsLife) {
    for (const bool runs : {false, true}) {
        EXPECT_EQ(retype(small_untyped, ObjectType::TCB, 0, next_free), no_error);
        if (runs) {
            EXPECT_EQ(invoke(next_free, label::TCBResume, {}), no_error);
        }
        EXPECT_EQ(revoke(small_untyped), no_error);
        EXPECT_TRUE(slot(next_free).is_empty());
        EXPECT_EQ(next(), &thread());
        EXPECT_TRUE(kernel.scheduler.ready().empty());
    }
}

using ThreadSpaceDeathTest = ThreadSpaceTest;

TEST_F(ThreadSpaceDeathTest, TheSlotsOfADyingThreadAreEmptiedFromTheEnd) {
    interrupt_after_each(0);
    EXPECT_EQ(configure({cnode, vspace, frame}), no_error);
    Tcb& thread = made();
    load(root, label::CNodeDelete, {tcb, 64});
    EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Preempted);
    while (!thread.slot(ThreadSlot::IpcBuffer).is_empty() ||
           &slot(tcb).cap.as<Zombie>()->next() == &thread.slot(ThreadSlot::IpcBuffer))
        EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Preempted);
    check_every_invariant(slot(tcb));
    plant(thread.slot(ThreadSlot::IpcBuffer), slot(endpoint).cap);
    EXPECT_DEATH(check_every_invariant(slot(tcb)), "slots are emptied from the end");
}

} // namespace
} // namespace k
