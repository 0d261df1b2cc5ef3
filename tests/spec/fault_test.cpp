/// \file
/// SEMANTICS 8 and ABI "Fault messages": what handlers are told, and what their replies do.
#include "rig.hpp"

namespace spec {
namespace {

struct Faults : Rig {
    static constexpr Word ep = free_slot;
    static constexpr Word peer_tcb = free_slot + 2;
    static constexpr Word empty = 200;

    Name peer; ///< its handler is the root task
    Name endpoint;

    void SetUp() override {
        ASSERT_EQ(retype(Ep, 0, ep), done());
        endpoint = get<EndpointCap>(ep).endpoint;
        peer = spawn(peer_tcb);
        handle_with(ep);
    }
    void handle_with(Word cptr) { thread(peer).fault_handler = cptr; }
    void trap(const Fault& fault, Word pc = 0x1000) {
        switch_to(peer);
        happen(Trap{fault, pc});
    }
    void recv() {
        switch_to(root);
        happen(message(Syscall::Recv, ep, 0, {}));
    }
    Answer heard(const Fault& fault) {
        trap(fault);
        recv();
        return told(root);
    }
    void reply(Word label, const Words& words) { happen(message(Syscall::Reply, 0, label, words)); }
    static Answer fault(Word label, const Words& words) { return {Error{label}, words}; }
};

TEST_F(Faults, VmFault) {
    EXPECT_EQ(heard(VmFault{0xBAD0, false, 0x9200'0046}),
              fault(5, {0x1000, 0xBAD0, 0, 0x9200'0046}));
    EXPECT_TRUE(in_state(peer, AwaitingReply{}));
    reply(77, {1, 2, 3, 4}); // label and words of the reply are ignored
    EXPECT_TRUE(runnable(world, peer));
    EXPECT_EQ(thread(peer).next_pc, 0x1000);
    EXPECT_EQ(x_register(world, peer, 0), 0);
    EXPECT_EQ(heard(VmFault{0x1000, true, 1}), fault(5, {0x1000, 0x1000, 1, 1}));
}

TEST_F(Faults, TheMessageIsSentAsByCall) {
    ASSERT_EQ(mint(50, ep, 33, 0b1001), done());
    handle_with(50);
    happen(message(Syscall::Recv, ep, 0, {})); // the handler waits already
    trap(VmFault{1, false, 2});
    EXPECT_EQ(x_register(world, root, 0), 33);
    EXPECT_EQ(running(), root);
    EXPECT_EQ(capability_in(world, slot_of(root, ThreadSlot::Caller)),
              (Capability{ReplyCap{peer, true}}));
}

TEST_F(Faults, TheHandlerNeedsWriteAndGrantOrGrantReply) {
    for (const auto& [rights, stops] : {std::pair{0b1101, false},
                                        {0b1001, false},
                                        {0b0101, false},
                                        {0b0011, true},
                                        {0b1110, true}}) {
        ASSERT_EQ(copy(50, ep, Word(rights)), done());
        handle_with(50);
        trap(VmFault{1, false, 2});
        EXPECT_EQ(in_state(peer, Inactive{}), stops) << rights;
        switch_to(root);
        ASSERT_EQ(invoke(peer_tcb, Method::Resume), done());
        ASSERT_EQ(remove(50), done());
    }
}

TEST_F(Faults, WithoutAHandlerTheThreadStopsAndMayBeResumed) {
    for (const Word handler : {Word{0}, empty, untyped, peer_tcb}) {
        handle_with(handler);
        trap(VmFault{1, false, 2}, 0x4000);
        EXPECT_TRUE(in_state(peer, Inactive{}));
        EXPECT_EQ(running(), root);
        ASSERT_EQ(invoke(peer_tcb, Method::Resume), done());
        EXPECT_EQ(thread(peer).next_pc, 0x4000); // repeats the instruction
    }
}

TEST_F(Faults, CapFaultInTheSendPhase) {
    world.slots.at(slot_of(peer, ThreadSlot::CSpace)).capability =
        CNodeCap{get<CNodeCap>(boot_slot::cnode).cnode, 0, 56};
    for (const Syscall number : {Syscall::Send, Syscall::Call}) {
        switch_to(peer);
        Call call = message(number, Word{1} << 60, 0, {});
        call.pc = 0x3000;
        happen(call);
        recv();
        EXPECT_EQ(told(root), fault(1, {0x3000, Word{1} << 60, 0, 4, 64, 0, 56}));
        reply(0, {});
        EXPECT_EQ(thread(peer).next_pc, 0x3000); // repeats the call
    }
    switch_to(peer);
    happen(message(Syscall::NbSend, Word{1} << 60, 0, {}));
    EXPECT_EQ(running(), peer);
}

TEST_F(Faults, CapFaultInTheReceivePhase) {
    ASSERT_EQ(copy(50, ep, 0b1101), done());
    for (const Syscall number : {Syscall::Recv, Syscall::NbRecv, Syscall::ReplyRecv}) {
        for (const Word bad : {empty, Word{50}, peer_tcb}) {
            switch_to(peer);
            Call call = message(number, bad, 0, {});
            call.pc = 0x3000;
            happen(call);
            recv();
            EXPECT_EQ(told(root), fault(1, {0x3000, bad, 1, 2, 0}));
            reply(0, {});
        }
    }
}

TEST_F(Faults, CapFaultSaysWhyTheLookupFailed) {
    ASSERT_EQ(retype(CapTable, 2, 50), done());
    const Name cnode = get<CNodeCap>(50).cnode;
    const SlotName cspace = slot_of(peer, ThreadSlot::CSpace);
    thread(peer).fault = CapFault{9, true, {InvalidRoot}};
    EXPECT_EQ(world.slots.at(cspace).capability, at(boot_slot::cnode));
    thread(peer).fault.reset();
    switch_to(peer);
    world.slots.at({Name{Kind::CNode, Machine{}.cnode}, 50}).capability = CNodeCap{cnode, 0, 60};
    world.slots.at(cspace).capability = CNodeCap{cnode, 0, 60};
    world.slots[{cnode, 1}] = {CNodeCap{cnode, 0, 63}, true, {}, {}};
    world.slots[{cnode, 2}] = {at(ep), true, {}, {}};
    handle_with(2);
    happen(message(Syscall::Send, 3, 0, {})); // an empty slot is found, as a null capability
    EXPECT_EQ(running(), peer);
    world.slots.at(cspace).capability = CNodeCap{cnode, 0, 63}; // 65 bits: never enough
    handle_with(0);
    happen(message(Syscall::Send, 2, 0, {}));
    EXPECT_TRUE(in_state(peer, Inactive{}));
}

TEST_F(Faults, UnknownSyscallHasTheRegisters) {
    switch_to(peer);
    thread(peer).registers[reg::sp] = 0x8000;
    thread(peer).registers[reg::x(6)] = 66;
    Call unknown{Word(-99), {10, 11, 12, 13, 14, 15}, {}, 0x3000};
    happen(unknown);
    recv();
    EXPECT_EQ(told(root), fault(2, {10, 11, 12, 13, 14, 15, 66, Word(-99), 0x3000, 0x8000, 0x3004,
                                    user_spsr, Word(-99)}));
    EXPECT_EQ(Word(Syscall::DebugNameThread), Word(-14));
    reply(0, {20, 21, 22, 23, 24, 25, 26, 27, 0x3004, 0x9000, 0x7777, ~Word{0}, 5});
    EXPECT_TRUE(runnable(world, peer));
    EXPECT_EQ(x_register(world, peer, 0), 20);
    EXPECT_EQ(x_register(world, peer, 7), 27);
    EXPECT_EQ(thread(peer).next_pc, 0x3004);
    EXPECT_EQ(thread(peer).registers[reg::sp], 0x9000);
    EXPECT_EQ(thread(peer).registers[reg::spsr], 0xF000'0040);
}

TEST_F(Faults, AShortReplyWritesThatManyRegisters) {
    switch_to(peer);
    happen(Call{0, {10, 11, 12, 13, 14, 15}, {}, 0x3000});
    recv();
    reply(0, {20});
    EXPECT_EQ(x_register(world, peer, 0), 20);
    EXPECT_EQ(x_register(world, peer, 1), 11);
    EXPECT_EQ(thread(peer).next_pc, 0x3000); // the same svc again
}

TEST_F(Faults, AnotherLabelLeavesTheThreadStopped) {
    trap(UserException{0xF200'0000});
    recv();
    EXPECT_EQ(told(root), fault(3, {0x1000, 0, user_spsr, 0xF200'0000, 0}));
    reply(1, {0x5000, 0x6000, 0});
    EXPECT_TRUE(in_state(peer, Inactive{}));
    EXPECT_FALSE(thread(peer).fault.has_value());
    EXPECT_EQ(thread(peer).registers[reg::sp], 0x6000);
    ASSERT_EQ(invoke(peer_tcb, Method::Resume), done());
    EXPECT_EQ(thread(peer).next_pc, 0x5000);
}

TEST_F(Faults, APlainReplyRepeatsTheInstruction) {
    trap(UserException{1});
    recv();
    const auto registers = thread(peer).registers;
    reply(0, {});
    EXPECT_EQ(thread(peer).registers, registers);
    EXPECT_EQ(thread(peer).next_pc, 0x1000);
}

TEST_F(Faults, ResumeForgetsTheFault) {
    trap(UserException{1});
    recv();
    ASSERT_EQ(invoke(peer_tcb, Method::WriteRegisters, {1, 1, 0x7000}), done());
    EXPECT_EQ(thread(peer).next_pc, 0x7000);
    EXPECT_FALSE(thread(peer).fault.has_value());
    EXPECT_FALSE(occupied(world, slot_of(root, ThreadSlot::Caller)));
    reply(0, {0x9999}); // irrelevant
    EXPECT_EQ(thread(peer).next_pc, 0x7000);
}

TEST_F(Faults, RepliesToFaultsTransferNoCapabilities) {
    trap(VmFault{1, false, 2});
    recv();
    const World before = world;
    happen(message(Syscall::Reply, 0, 0, {}, {ep}));
    EXPECT_EQ(world.slots.size(), before.slots.size() - 1); // the reply capability is used up
}

TEST_F(Faults, TheHandlerIsLookedUpInTheThreadsOwnCSpace) {
    ASSERT_EQ(retype(CapTable, 2, 50), done());
    ASSERT_EQ(mint(51, 50, 62), done());
    ASSERT_EQ(invoke(50, Method::CNodeCopy, {3, 2, ep, 64, 15}, {boot_slot::cnode}), done());
    ASSERT_EQ(invoke(peer_tcb, Method::SetSpace, {3, 0, 0}, {51, boot_slot::vspace}), done());
    trap(VmFault{1, false, 2});
    EXPECT_TRUE(std::holds_alternative<Sending>(thread(peer).state));
}

TEST_F(Faults, NoFaultForLookupsInsideInvocations) {
    switch_to(peer);
    EXPECT_EQ(invoke(boot_slot::cnode, Method::CNodeDelete, {0, 8}),
              failure(failed_lookup(false, {GuardMismatch, {8, 0, 56}})));
    EXPECT_EQ(running(), peer);
}

} // namespace
} // namespace spec
