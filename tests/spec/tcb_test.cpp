/// \file
/// SEMANTICS 6: the methods of TCBs.
#include "rig.hpp"

namespace spec {
namespace {

struct Tcbs : Rig {
    static constexpr Word ep = free_slot;
    static constexpr Word peer_tcb = free_slot + 2;
    static constexpr Word fresh_tcb = free_slot + 4;
    static constexpr Word fresh_frame = free_slot + 5;
    static constexpr Word a = 50;
    static constexpr Word b = 51;

    Name peer;
    Name fresh; ///< never configured

    void SetUp() override {
        ASSERT_EQ(retype(Ep, 0, ep), done());
        peer = spawn(peer_tcb);
        ASSERT_EQ(retype(Tcb, 0, fresh_tcb), done());
        ASSERT_EQ(retype(Small, 0, fresh_frame), done());
        fresh = get<ThreadCap>(fresh_tcb).thread;
    }

    Answer configure(const Words& words, const Words& cptrs) {
        return invoke(fresh_tcb, Method::Configure, words, cptrs);
    }
    Capability held(Name name, ThreadSlot where) {
        return capability_in(world, slot_of(name, where));
    }
    Answer read(Word count, bool suspend = false, Word tcb = peer_tcb) {
        return invoke(tcb, Method::ReadRegisters, {suspend ? Word{1} : Word{0}, count});
    }
    Answer write(const Words& values, bool resume = false, Word tcb = peer_tcb) {
        Words words{resume ? Word{1} : Word{0}, values.size()};
        words.insert(words.end(), values.begin(), values.end());
        return invoke(tcb, Method::WriteRegisters, words);
    }
    /// The peer makes a system call from pc 0x1000 that blocks.
    void block_peer(Syscall number) {
        switch_to(peer);
        Call call = message(number, ep, 0, {});
        call.pc = 0x1000;
        happen(call);
        ASSERT_EQ(running(), root);
    }
};

TEST_F(Tcbs, ConfigureChecksInOrder) {
    const Words good{boot_slot::cnode, boot_slot::vspace, fresh_frame};
    EXPECT_EQ(configure({0, 0, 0}, good), refused(TruncatedMessage));
    EXPECT_EQ(configure({0, 0, 0, 0}, {2, 3}), refused(TruncatedMessage));
    EXPECT_EQ(configure({0, 0, 0, 1}, {2, 3, untyped}), refused(RevokeFirst));
    EXPECT_EQ(configure({0, 0, 0, 1}, {2, 3, ep}), refused(IllegalOperation));
    ASSERT_EQ(retype(Small, 0, a, 1, device_untyped), done());
    EXPECT_EQ(configure({0, 0, 0, 1}, {2, 3, a}), refused(IllegalOperation));
    EXPECT_EQ(configure({0, 0, 0, 1}, {2, 3, fresh_frame}), refused(AlignmentError));
    EXPECT_EQ(configure({0, 0, 0, 0x200}, {ep, ep, fresh_frame}), refused(AlignmentError));
    EXPECT_EQ(configure({0, 63, 0, 0}, good), refused(IllegalOperation)); // 63 + radix > 64
    EXPECT_EQ(configure({0, 0, 0, 0}, {untyped, 3, 200}), refused(RevokeFirst));
    EXPECT_EQ(configure({0, 0, 0, 0}, {ep, 3, 200}), refused(IllegalOperation));
    EXPECT_EQ(configure({0, 0, 0, 0}, {200, 3, 200}), refused(IllegalOperation));
    EXPECT_EQ(configure({0, 0, 0, 0}, {2, ep, 200}), refused(IllegalOperation));
    EXPECT_EQ(configure({0, 0, 0, 0}, {2, 200, 200}), refused(IllegalOperation));
    ASSERT_EQ(retype(VRoot, 0, b), done());
    EXPECT_EQ(configure({0, 0, 0, 0}, {2, b, 200}), refused(IllegalOperation)); // no ASID
    EXPECT_EQ(configure({0, 0, 0, 0}, {2, 3, 200}), done());
}

TEST_F(Tcbs, ConfigureStoresCopies) {
    ASSERT_EQ(configure({99, Word{5} << 6 | 3, 0xABC, 0x1C00},
                        {boot_slot::cnode, boot_slot::vspace, fresh_frame}),
              done());
    EXPECT_EQ(thread(fresh).fault_handler, 99);
    EXPECT_EQ(std::get<CNodeCap>(held(fresh, ThreadSlot::CSpace)).guard, 5);
    EXPECT_EQ(held(fresh, ThreadSlot::VSpace), at(boot_slot::vspace)); // its data is ignored
    EXPECT_EQ(buffer_of(world, fresh, Access::ReadWrite),
              get<FrameCap>(fresh_frame).address + 0xC00);
    EXPECT_EQ(world.slots.at(slot_of(fresh, ThreadSlot::Buffer)).parent, slot(fresh_frame));
    ASSERT_EQ(configure({0, 0, 0, 0}, {boot_slot::cnode, boot_slot::vspace, 200}), done());
    EXPECT_EQ(held(fresh, ThreadSlot::CSpace), at(boot_slot::cnode)); // data 0: the guard as it is
    EXPECT_FALSE(buffer_of(world, fresh, Access::None).has_value());
    EXPECT_FALSE(occupied(world, slot_of(fresh, ThreadSlot::Buffer)));
}

TEST_F(Tcbs, ARootThatIsTheLastCapabilityToItsCNodeStays) {
    ASSERT_EQ(retype(CapTable, 2, a), done());
    ASSERT_EQ(configure({0, 0, 0, 0}, {a, boot_slot::vspace, 200}), done());
    ASSERT_EQ(remove(a), done());
    EXPECT_EQ(configure({0, 0, 0, 0}, {2, 3, 200}), refused(IllegalOperation));
    EXPECT_EQ(invoke(fresh_tcb, Method::SetSpace, {0, 0, 0}, {2, 3}), refused(IllegalOperation));
}

TEST_F(Tcbs, SetSpaceAndSetIpcBufferDoTheirPart) {
    EXPECT_EQ(invoke(fresh_tcb, Method::SetSpace, {0, 0}, {2, 3}), refused(TruncatedMessage));
    EXPECT_EQ(invoke(fresh_tcb, Method::SetSpace, {0, 0, 0}, {2}), refused(TruncatedMessage));
    EXPECT_EQ(invoke(fresh_tcb, Method::SetSpace, {7, 0, 0}, {2, 3}), done());
    EXPECT_EQ(thread(fresh).fault_handler, 7);
    EXPECT_EQ(invoke(fresh_tcb, Method::SetIpcBuffer, {}, {fresh_frame}),
              refused(TruncatedMessage));
    EXPECT_EQ(invoke(fresh_tcb, Method::SetIpcBuffer, {0x400}, {}), refused(TruncatedMessage));
    EXPECT_EQ(invoke(fresh_tcb, Method::SetIpcBuffer, {0x400}, {ep}), refused(IllegalOperation));
    EXPECT_EQ(invoke(fresh_tcb, Method::SetIpcBuffer, {0x400}, {fresh_frame}), done());
    EXPECT_TRUE(buffer_of(world, fresh, Access::ReadWrite).has_value());
}

TEST_F(Tcbs, PrioritiesAreLimitedByTheAuthority) {
    ASSERT_EQ(invoke(fresh_tcb, Method::SetSchedParams, {10, 5}, {boot_slot::thread}), done());
    EXPECT_EQ(thread(fresh).max_priority, 10);
    EXPECT_EQ(thread(fresh).priority, 5);
    const auto set = [this](Method method, const Words& words) {
        return invoke(peer_tcb, method, words, {fresh_tcb});
    };
    EXPECT_EQ(set(Method::SetPriority, {}), refused(TruncatedMessage));
    EXPECT_EQ(invoke(peer_tcb, Method::SetPriority, {1}), refused(TruncatedMessage));
    EXPECT_EQ(set(Method::SetSchedParams, {1}), refused(TruncatedMessage));
    EXPECT_EQ(invoke(peer_tcb, Method::SetPriority, {1}, {ep}), refused(InvalidCapability, {1}));
    EXPECT_EQ(set(Method::SetPriority, {11}), refused(RangeError, {0, 10}));
    EXPECT_EQ(set(Method::SetPriority, {0x100'0000'0000'0001}), refused(RangeError, {0, 10}));
    EXPECT_EQ(set(Method::SetMaxPriority, {11}), refused(RangeError, {0, 10}));
    EXPECT_EQ(set(Method::SetSchedParams, {10, 11}), refused(RangeError, {0, 10}));
    EXPECT_EQ(set(Method::SetSchedParams, {10, 10}), done());
    EXPECT_EQ(set(Method::SetPriority, {10}), done()); // the target's own MCP is 0
    EXPECT_EQ(thread(peer).priority, 10);
    EXPECT_EQ(invoke(fresh_tcb, Method::SetMaxPriority, {1}, {boot_slot::thread}), done());
    EXPECT_EQ(thread(fresh).priority, 5); // lowering MCP lowers no priority
}

TEST_F(Tcbs, RegistersAreReadAndWrittenInOrder) {
    Words values(36);
    for (Word i = 0; i < values.size(); ++i) {
        values[i] = 100 + i;
    }
    ASSERT_EQ(write(values), done());
    values[reg::spsr] = user_spsr; // 102 has no flag set
    EXPECT_EQ(read(36), done(values));
    EXPECT_EQ(read(2), done({100, 101}));
    ASSERT_EQ(write({7}), done());
    EXPECT_EQ(read(2), done({7, 101})); // registers beyond the count stay
    ASSERT_EQ(write({1, 2, ~Word{0}}), done());
    EXPECT_EQ(read(3), done({1, 2, 0xF000'0040}));
    EXPECT_EQ(x_register(world, peer, 8), 111);
}

TEST_F(Tcbs, RegisterAccessChecksInOrder) {
    EXPECT_EQ(invoke(peer_tcb, Method::ReadRegisters, {0}), refused(TruncatedMessage));
    EXPECT_EQ(read(0, false, boot_slot::thread), refused(RangeError, {1, 36}));
    EXPECT_EQ(read(37), refused(RangeError, {1, 36}));
    EXPECT_EQ(read(1, false, boot_slot::thread), refused(IllegalOperation));
    EXPECT_EQ(invoke(peer_tcb, Method::WriteRegisters, {0}), refused(TruncatedMessage));
    EXPECT_EQ(invoke(boot_slot::thread, Method::WriteRegisters, {0, 2, 1}),
              refused(TruncatedMessage));
    EXPECT_EQ(write({1}, false, boot_slot::thread), refused(IllegalOperation));
    EXPECT_EQ(write(Words(40, 5)), done()); // counts above 36 are cut
    EXPECT_EQ(invoke(peer_tcb, Method::CopyRegisters, {}, {fresh_tcb}), refused(TruncatedMessage));
    EXPECT_EQ(invoke(peer_tcb, Method::CopyRegisters, {0}), refused(TruncatedMessage));
    EXPECT_EQ(invoke(peer_tcb, Method::CopyRegisters, {0}, {ep}), refused(InvalidCapability, {1}));
}

TEST_F(Tcbs, CopyRegistersByParts) {
    Words values(36, 9);
    ASSERT_EQ(write(values), done());
    ASSERT_EQ(invoke(fresh_tcb, Method::CopyRegisters, {0b0100}, {peer_tcb}), done());
    EXPECT_EQ(thread(fresh).registers[16], 9); // x30, the last of the frame
    EXPECT_EQ(thread(fresh).registers[17], 0);
    EXPECT_TRUE(in_state(fresh, Inactive{}));
    ASSERT_EQ(invoke(fresh_tcb, Method::CopyRegisters, {0b1011}, {peer_tcb}), done());
    EXPECT_EQ(thread(fresh).registers[17], 9);
    EXPECT_EQ(thread(fresh).registers[35], 9);
    EXPECT_TRUE(in_state(peer, Inactive{}));
    EXPECT_TRUE(runnable(world, fresh));
    EXPECT_EQ(invoke(boot_slot::thread, Method::CopyRegisters, {0b1000}, {peer_tcb}), done());
    EXPECT_EQ(thread(root).registers[35], 9); // the own TCB is allowed
}

TEST_F(Tcbs, ThePcOfABlockedThreadIsItsSystemCall) {
    block_peer(Syscall::Recv);
    EXPECT_EQ(read(1), done({0x1000}));
    ASSERT_EQ(write({0x5000}), done());
    happen(message(Syscall::Send, ep, 0, {}));
    EXPECT_EQ(thread(peer).next_pc, 0x5000); // goes on there when it is answered
}

TEST_F(Tcbs, ThePcOfARunningThreadIsItsNextInstruction) {
    switch_to(peer);
    Call yield = message(Syscall::Yield, 0, 0, {});
    yield.pc = 0x2000;
    happen(yield);
    ASSERT_EQ(running(), root);
    EXPECT_EQ(read(1, true), done({0x2004}));
    EXPECT_TRUE(in_state(peer, Inactive{}));
}

TEST_F(Tcbs, SuspendTakesABlockedThreadOutOfItsQueue) {
    for (const Syscall number : {Syscall::Send, Syscall::Recv}) {
        block_peer(number);
        ASSERT_EQ(invoke(peer_tcb, Method::Suspend), done());
        EXPECT_TRUE(in_state(peer, Inactive{}));
        EXPECT_EQ(world.endpoints.begin()->second, Endpoint{});
        EXPECT_EQ(invoke(peer_tcb, Method::Suspend), done()); // no change
        ASSERT_EQ(invoke(peer_tcb, Method::Resume), done());
        EXPECT_EQ(thread(peer).next_pc, 0x1000); // executes the call again
    }
}

TEST_F(Tcbs, ResumeRestartsABlockedThreadAndLeavesARunningOneAlone) {
    block_peer(Syscall::Call);
    ASSERT_EQ(invoke(peer_tcb, Method::Resume), done());
    EXPECT_TRUE(runnable(world, peer));
    EXPECT_EQ(thread(peer).next_pc, 0x1000);
    const World before = world;
    ASSERT_EQ(invoke(peer_tcb, Method::Resume), done());
    EXPECT_EQ(world.threads.at(peer), before.threads.at(peer));
    EXPECT_EQ(world.scheduler, before.scheduler);
}

TEST_F(Tcbs, AThreadThatSuspendsItselfRepeatsTheSuspend) {
    Call suspend =
        message(Syscall::Call, boot_slot::thread, static_cast<Word>(Method::Suspend), {});
    suspend.pc = 0x3000;
    const Word info = suspend.x[1];
    happen(suspend);
    EXPECT_EQ(running(), peer);
    EXPECT_EQ(x_register(world, root, 1), info); // no reply
    ASSERT_EQ(invoke(boot_slot::thread, Method::Resume), done());
    EXPECT_EQ(thread(root).next_pc, 0x3000);
}

TEST_F(Tcbs, AThreadThatDeletesItselfNeverReturns) {
    ASSERT_EQ(revoke_at(boot_slot::thread), done());
    EXPECT_TRUE(world.threads.contains(root)); // revoke spares the capability itself
    happen(message(Syscall::Call, boot_slot::cnode, static_cast<Word>(Method::CNodeDelete),
                   {boot_slot::thread, 64}));
    EXPECT_FALSE(world.threads.contains(root));
    EXPECT_EQ(running(), peer);
}

TEST_F(Tcbs, DeletingATcbEmptiesItsSlots) {
    ASSERT_EQ(retype(CapTable, 2, a), done());
    const Name cnode = get<CNodeCap>(a).cnode;
    ASSERT_EQ(configure({0, 0, 0, 0x400}, {a, boot_slot::vspace, fresh_frame}), done());
    ASSERT_EQ(remove(a), done());
    EXPECT_TRUE(world.cnodes.contains(cnode)); // kept alive by the TCB
    ASSERT_EQ(remove(fresh_tcb), done());
    EXPECT_FALSE(world.cnodes.contains(cnode));
    EXPECT_FALSE(occupied(world, slot_of(fresh, ThreadSlot::Buffer)));
}

TEST_F(Tcbs, TlsBaseAndFlags) {
    EXPECT_EQ(invoke(peer_tcb, Method::SetTlsBase), refused(TruncatedMessage));
    EXPECT_EQ(invoke(boot_slot::thread, Method::SetTlsBase, {0x1234}), done());
    EXPECT_EQ(thread(root).registers[reg::tls_base], 0x1234);
    EXPECT_EQ(invoke(peer_tcb, Method::SetFlags, {0}), refused(TruncatedMessage));
    EXPECT_EQ(invoke(peer_tcb, Method::SetFlags, {0, ~Word{0}}), done({1}));
    EXPECT_EQ(invoke(peer_tcb, Method::SetFlags, {0, 0}), done({1}));
    EXPECT_EQ(invoke(peer_tcb, Method::SetFlags, {1, 0}), done({0}));
    EXPECT_EQ(invoke(peer_tcb, Method::SetFlags, {1, 1}), done({1}));
}

TEST_F(Tcbs, FloatingPointIsEachThreadsOwn) {
    happen(UseFpu{3});
    switch_to(peer);
    EXPECT_EQ(thread(peer).fpu, 0);
    happen(UseFpu{4});
    EXPECT_EQ(thread(root).fpu, 3);
    EXPECT_EQ(thread(peer).fpu, 4);
}

/// "The register contents survive until the flag is cleared, and the instruction can be restarted."
TEST_F(Tcbs, FloatingPointWithTheFlagSetIsAnException) {
    happen(UseFpu{3});
    ASSERT_EQ(invoke(peer_tcb, Method::SetFlags, {0, 1}), done({1}));
    ASSERT_EQ(invoke(boot_slot::thread, Method::SetFlags, {0, 1}), done({1}));
    thread(root).fault_handler = ep;
    const Word instruction = thread(root).next_pc;
    happen(UseFpu{5});
    EXPECT_EQ(thread(root).fault, Fault{UserException{0x1FE0'0000}});
    EXPECT_EQ(thread(root).registers[reg::pc], instruction);
    EXPECT_EQ(thread(root).fpu, 3);
}

TEST_F(Tcbs, UnlistedLabelsAreIllegal) {
    EXPECT_EQ(invoke(peer_tcb, Method::UntypedRetype), refused(IllegalOperation));
    EXPECT_EQ(invoke(peer_tcb, Method::CNodeRevoke), refused(IllegalOperation));
}

TEST_F(Tcbs, NewTcbsBelongToTheCallersDomain) {
    thread(root).domain = 3;
    ASSERT_EQ(retype(Tcb, 0, a), done());
    EXPECT_EQ(thread(get<ThreadCap>(a).thread).domain, 3);
}

} // namespace
} // namespace spec
