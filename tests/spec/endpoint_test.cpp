/// \file
/// SEMANTICS 1 and 2: messages, the capabilities with them, and replies.
#include "cspace.hpp"
#include "message.hpp"
#include "rig.hpp"
#include "schedule.hpp"

namespace spec {
namespace {

/// The root task and two more threads of the same priority, with an endpoint.
struct Ipc : Rig {
    static constexpr Word ep = free_slot;
    static constexpr Word peer_tcb = free_slot + 2;
    static constexpr Word third_tcb = free_slot + 4;
    static constexpr Word a = 50;
    static constexpr Word b = 51;
    static constexpr Word received = 60; ///< the slot that threads in these tests receive into

    Name peer;
    Name third;
    Name endpoint;

    void SetUp() override {
        ASSERT_EQ(retype(Ep, 0, ep), done());
        endpoint = get<EndpointCap>(ep).endpoint;
        peer = spawn(peer_tcb);
        third = spawn(third_tcb);
    }

    void send(Word cptr, const Words& words, const Words& cptrs = {}, Word label = 7) {
        happen(message(Syscall::Send, cptr, label, words, cptrs));
    }
    void call(Word cptr, const Words& words, const Words& cptrs = {}, Word label = 7) {
        happen(message(Syscall::Call, cptr, label, words, cptrs));
    }
    /// Recv with a receive slot.
    static Call receiving(Word cptr, Syscall number = Syscall::Recv) {
        Call recv = message(number, cptr, 0, {});
        recv.buffer[buffer::receive_cnode] = boot_slot::cnode;
        recv.buffer[buffer::receive_index] = received;
        recv.buffer[buffer::receive_depth] = 64;
        return recv;
    }
    void recv(Word cptr) { happen(receiving(cptr)); }
    void reply(const Words& words, const Words& cptrs = {}) {
        happen(message(Syscall::Reply, 0, 9, words, cptrs));
    }
    MessageInfo info(Name name) { return MessageInfo::from_word(x_register(world, name, 1)); }
    Word x(Name name, unsigned number) { return x_register(world, name, number); }
    Word buffer_word(Name name, Word index) {
        return read_word(world, *buffer_of(world, name, Access::None), index);
    }
    bool replies_to(Name holder, Name caller, bool grant) {
        return capability_in(world, slot_of(holder, ThreadSlot::Caller)) ==
               Capability{ReplyCap{caller, grant}};
    }
};

TEST_F(Ipc, SendAndCallBlockWithoutAReceiverNbSendDrops) {
    happen(message(Syscall::NbSend, ep, 0, {1}));
    EXPECT_EQ(running(), root);
    EXPECT_TRUE(world.endpoints.at(endpoint).senders.empty());
    send(ep, {1});
    EXPECT_TRUE(in_state(root, Sending{endpoint, 0, false, true, true}));
    ASSERT_EQ(running(), third); // resumed last, so at the head
    call(ep, {2});
    EXPECT_EQ(world.endpoints.at(endpoint).senders, (std::deque{root, third}));
}

TEST_F(Ipc, AMessageArrivesWithBadgeLabelAndWords) {
    ASSERT_EQ(mint(a, ep, 77), done());
    Words words(120);
    for (Word i = 0; i < words.size(); ++i) {
        words[i] = 1000 + i;
    }
    switch_to(peer);
    recv(ep);
    switch_to(root);
    send(a, words);
    EXPECT_EQ(x(peer, 0), 77);
    EXPECT_EQ(info(peer).label, 7);
    EXPECT_EQ(told(peer).words, words);
    EXPECT_TRUE(runnable(world, peer));
    EXPECT_EQ(outcome.registers.at(peer).at(reg::x(5)), 1003);
}

TEST_F(Ipc, LengthIsCutToWhatBothBuffersAllow) {
    EXPECT_EQ(MessageInfo::from_word(127).length, 120);
    thread(peer).buffer_address = 0;
    switch_to(peer);
    recv(ep);
    switch_to(root);
    send(ep, {1, 2, 3, 4, 5, 6});
    EXPECT_EQ(info(peer).length, 4);
    EXPECT_EQ(x(peer, 5), 4);
}

TEST_F(Ipc, WordsBeyondTheLengthStay) {
    switch_to(peer);
    Call recv_with_marks = receiving(ep);
    recv_with_marks.x = {ep, 0, 11, 12, 13, 14};
    recv_with_marks.buffer[buffer::message + 5] = 99;
    happen(recv_with_marks);
    switch_to(root);
    send(ep, {1, 2});
    EXPECT_EQ(x(peer, 3), 2);
    EXPECT_EQ(x(peer, 4), 13);
    EXPECT_EQ(buffer_word(peer, buffer::message + 5), 99);
    EXPECT_EQ(buffer_word(peer, buffer::message), 0); // words 0–3 travel in registers only
}

TEST_F(Ipc, ASendersBufferNeedsReadAReceiversWrite) {
    const SlotName frame = slot_of(peer, ThreadSlot::Buffer);
    std::get<FrameCap>(world.slots.at(frame).capability).access = Access::ReadOnly;
    switch_to(peer);
    recv(ep);
    switch_to(root);
    send(ep, {1, 2, 3, 4, 5});
    EXPECT_EQ(info(peer).length, 4);
    switch_to(peer);
    send(ep, {1, 2, 3, 4, 5});
    switch_to(root);
    recv(ep);
    EXPECT_EQ(told(root).words, (Words{1, 2, 3, 4, 5}));
}

TEST_F(Ipc, BadgeAndRightsAreThoseAtTheCallTheWordsThoseAtTheTransfer) {
    ASSERT_EQ(mint(a, ep, 5), done());
    switch_to(peer);
    send(a, {1});
    thread(peer).registers[reg::x(2)] = 42;
    switch_to(root);
    ASSERT_EQ(remove(a), done());
    recv(ep);
    EXPECT_EQ(x(root, 0), 5);
    EXPECT_EQ(x(root, 2), 42);
}

TEST_F(Ipc, QueuesAreFirstInFirstOut) {
    send(ep, {1});
    happen(message(Syscall::Send, ep, 0, {2}));
    const Name last = running();
    recv(ep);
    EXPECT_EQ(x(last, 2), 1);
}

TEST_F(Ipc, RightsAreNeeded) {
    ASSERT_EQ(copy(a, ep, 0b1110), done()); // no write
    EXPECT_EQ(invoke(a, Method(1)), refused(InvalidCapability, {0}));
    const World before = world;
    Call silent = message(Syscall::Send, a, 0, {});
    happen(silent);
    World entered = before;
    enter(entered, silent);
    EXPECT_EQ(explain(world, entered), "");
    ASSERT_EQ(copy(b, ep, 0b1101), done()); // no read
    recv(b);
    EXPECT_TRUE(in_state(root, Inactive{})); // a fault without handler
}

TEST_F(Ipc, NbRecvWithNothingThereSetsX0Only) {
    Call poll = receiving(ep, Syscall::NbRecv);
    poll.x = {ep, 1, 2, 3, 4, 5};
    happen(poll);
    EXPECT_EQ(running(), root);
    EXPECT_EQ(x(root, 0), 0);
    for (unsigned i = 1; i < 6; ++i) {
        EXPECT_EQ(x(root, i), i);
    }
}

TEST_F(Ipc, CallWithGrantOrGrantReplyMakesAReplyCapability) {
    for (const auto& [rights, receiver_rights, grant] :
         {std::tuple{0b0101, 15, true}, {0b1001, 15, true}, {0b1001, 0b1010, false}}) {
        ASSERT_EQ(copy(a, ep, Word(rights)), done());
        ASSERT_EQ(copy(b, ep, Word(receiver_rights)), done());
        switch_to(peer);
        recv(b);
        switch_to(root);
        call(a, {1, 2});
        EXPECT_TRUE(in_state(root, AwaitingReply{}));
        EXPECT_TRUE(replies_to(peer, root, grant));
        EXPECT_EQ(running(), peer); // directly, ahead of its equals
        reply({3});
        EXPECT_EQ(told(root), (Answer{Error{9}, {3}}));
        EXPECT_EQ(x(root, 0), 0);
        EXPECT_FALSE(occupied(world, slot_of(peer, ThreadSlot::Caller)));
        switch_to(root);
        ASSERT_EQ(remove(a), done());
        ASSERT_EQ(remove(b), done());
    }
}

TEST_F(Ipc, CallWithNeitherRightLeavesTheCallerInactive) {
    ASSERT_EQ(copy(a, ep, 0b0011), done());
    switch_to(peer);
    recv(ep);
    switch_to(root);
    call(a, {1});
    EXPECT_TRUE(in_state(root, Inactive{}));
    EXPECT_EQ(x(peer, 2), 1);
    EXPECT_FALSE(occupied(world, slot_of(peer, ThreadSlot::Caller)));
}

TEST_F(Ipc, AQueuedCallerIsLikewiseBlockedOnTheReply) {
    switch_to(peer);
    call(ep, {1});
    switch_to(root);
    recv(ep);
    EXPECT_TRUE(in_state(peer, AwaitingReply{}));
    EXPECT_TRUE(replies_to(root, peer, true));
    EXPECT_EQ(running(), root);
}

TEST_F(Ipc, EveryReceiveOnAnEndpointEmptiesTheCallerSlot) {
    for (const Syscall number : {Syscall::NbRecv, Syscall::Recv}) {
        SCOPED_TRACE(static_cast<Word>(number));
        world = boot(machine());
        SetUp();
        switch_to(peer);
        call(ep, {});
        switch_to(root);
        recv(ep);
        ASSERT_TRUE(replies_to(root, peer, true));
        happen(message(Syscall::NbRecv, 200, 0, {})); // fails its checks: root is inactive now
        EXPECT_TRUE(replies_to(root, peer, true));
        thread(root).state = Runnable{};
        ready_first(world, root);
        settle(world);
        switch_to(root);
        happen(receiving(ep, number));
        EXPECT_FALSE(occupied(world, slot_of(root, ThreadSlot::Caller)));
        EXPECT_TRUE(in_state(peer, AwaitingReply{})); // for good
    }
}

TEST_F(Ipc, ReceivingFromANotificationLeavesTheCallerSlotAlone) {
    ASSERT_EQ(retype(Ntfn, 0, a), done());
    switch_to(peer);
    call(ep, {});
    switch_to(root);
    recv(ep);
    happen(message(Syscall::NbRecv, a, 0, {}));
    EXPECT_TRUE(replies_to(root, peer, true));
}

TEST_F(Ipc, ReplyWithAnEmptyCallerSlotDoesNothing) {
    const World before = world;
    const Call nothing = message(Syscall::Reply, 3, 1, {1, 2});
    happen(nothing);
    World entered = before;
    enter(entered, nothing);
    EXPECT_EQ(explain(world, entered), "");
}

TEST_F(Ipc, ReplyRecvRepliesThenReceives) {
    switch_to(peer);
    call(ep, {1});
    switch_to(third);
    call(ep, {2});
    switch_to(root);
    recv(ep);
    EXPECT_EQ(x(root, 2), 1);
    happen(message(Syscall::ReplyRecv, ep, 4, {9}));
    EXPECT_EQ(told(peer), (Answer{Error{4}, {9}}));
    EXPECT_EQ(x(root, 2), 2);
    EXPECT_TRUE(replies_to(root, third, true));
    EXPECT_EQ(running(), root);
}

TEST_F(Ipc, AReplyCapabilityIsUsedUpAndMayBeSavedAndInvoked) {
    switch_to(peer);
    call(ep, {1});
    switch_to(root);
    recv(ep);
    ASSERT_EQ(invoke(boot_slot::cnode, Method::CNodeSaveCaller, {a, 64}), done());
    ASSERT_EQ(move(b, a), done());
    call(b, {5}, {}, 0); // a Call replies, then returns a zero message info
    EXPECT_EQ(told(root), done());
    EXPECT_EQ(x(root, 0), 0);
    EXPECT_EQ(told(peer).words, Words{5});
    EXPECT_TRUE(runnable(world, peer));
    EXPECT_FALSE(occupied(world, slot(b)));
    EXPECT_EQ(invoke(b, Method(0)), refused(InvalidCapability, {0}));
}

TEST_F(Ipc, AReplyCapabilityVanishesWithItsCallersWait) {
    for (const Method end : {Method::Suspend, Method::Resume, Method::CNodeDelete}) {
        world = boot(machine());
        SetUp();
        switch_to(peer);
        call(ep, {1});
        switch_to(root);
        recv(ep);
        ASSERT_EQ(invoke(boot_slot::cnode, Method::CNodeSaveCaller, {a, 64}), done());
        if (end == Method::CNodeDelete) {
            ASSERT_EQ(remove(peer_tcb), done());
        } else {
            ASSERT_EQ(invoke(peer_tcb, end), done());
        }
        EXPECT_FALSE(occupied(world, slot(a)));
    }
}

TEST_F(Ipc, DeletingAReplyCapabilityDoesNotWakeTheCaller) {
    switch_to(peer);
    call(ep, {1});
    switch_to(root);
    recv(ep);
    ASSERT_EQ(invoke(boot_slot::cnode, Method::CNodeSaveCaller, {a, 64}), done());
    ASSERT_EQ(remove(a), done());
    EXPECT_TRUE(in_state(peer, AwaitingReply{}));
}

TEST_F(Ipc, WithTheLastCapabilityWaitersRepeatTheirCall) {
    switch_to(peer);
    Call waiting = message(Syscall::Send, ep, 0, {1});
    waiting.pc = 0x1000;
    happen(waiting);
    EXPECT_EQ(thread(peer).next_pc, 0x1004);
    switch_to(root);
    ASSERT_EQ(remove(ep), done());
    EXPECT_TRUE(runnable(world, peer));
    EXPECT_EQ(thread(peer).next_pc, 0x1000);
}

TEST_F(Ipc, CancelBadgedSends) {
    ASSERT_EQ(mint(a, ep, 5), done());
    ASSERT_EQ(mint(b, ep, 6), done());
    ASSERT_EQ(mint(b + 1, ep, 5, 0b0111), done());
    switch_to(peer);
    send(a, {1});
    switch_to(third);
    send(b, {1});
    switch_to(root);
    const auto cancel = [this](Word index) {
        return invoke(boot_slot::cnode, Method::CNodeCancelBadgedSends, {index, 64});
    };
    EXPECT_EQ(cancel(b + 1), refused(IllegalOperation)); // needs all four rights
    EXPECT_EQ(cancel(200), refused(IllegalOperation));
    EXPECT_EQ(cancel(ep), done()); // badge 0: nothing happens
    EXPECT_EQ(world.endpoints.at(endpoint).senders, (std::deque{peer, third}));
    EXPECT_EQ(cancel(a), done());
    EXPECT_EQ(world.endpoints.at(endpoint).senders, std::deque{third});
    EXPECT_TRUE(runnable(world, peer));
}

TEST_F(Ipc, ExtraCapabilitiesNeedGrantAndBuffers) {
    ASSERT_EQ(copy(a, ep, 0b1011), done()); // no grant
    switch_to(peer);
    recv(ep);
    switch_to(root);
    send(a, {1}, {third_tcb, ep});
    EXPECT_EQ(info(peer).extra_caps, 0);
    EXPECT_FALSE(occupied(world, slot(received)));
    switch_to(peer);
    recv(ep);
    switch_to(root);
    send(ep, {1}, {third_tcb});
    EXPECT_EQ(info(peer).extra_caps, 1);
    EXPECT_EQ(at(received), at(third_tcb));
    EXPECT_EQ(parent(received), slot(third_tcb));
}

TEST_F(Ipc, CapabilitiesToTheEndpointItselfAreUnwrapped) {
    ASSERT_EQ(mint(a, ep, 5, 0), done()); // without any right
    ASSERT_EQ(mint(b, ep, 6), done());
    switch_to(peer);
    recv(ep);
    switch_to(root);
    send(ep, {}, {a, third_tcb, b});
    EXPECT_EQ(info(peer).extra_caps, 3);
    EXPECT_EQ(info(peer).caps_unwrapped, 0b101);
    EXPECT_EQ(buffer_word(peer, buffer::caps_or_badges), 5);
    EXPECT_EQ(buffer_word(peer, buffer::caps_or_badges + 1), 0); // not written
    EXPECT_EQ(buffer_word(peer, buffer::caps_or_badges + 2), 6);
    EXPECT_TRUE(occupied(world, slot(received)));
}

TEST_F(Ipc, TheSecondCopyEndsTheTransfer) {
    ASSERT_EQ(mint(a, ep, 5), done());
    switch_to(peer);
    recv(ep);
    switch_to(root);
    send(ep, {}, {third_tcb, peer_tcb, a});
    EXPECT_EQ(info(peer).extra_caps, 1);
    EXPECT_EQ(info(peer).caps_unwrapped, 0);
}

TEST_F(Ipc, WhatCannotBeCopiedEndsTheTransfer) {
    for (const Word bad : {Word{200}, boot_slot::irq_control, untyped}) {
        switch_to(peer);
        recv(ep);
        switch_to(root);
        send(ep, {1}, {bad, ep});
        EXPECT_EQ(info(peer).extra_caps, 0) << bad;
        EXPECT_EQ(info(peer).length, 1);
    }
}

TEST_F(Ipc, WithoutAGoodReceiveSlotNothingIsCopied) {
    for (const auto& [index, value] : {std::pair{buffer::receive_cnode, Word{200}},
                                       {buffer::receive_depth, Word{0}},
                                       {buffer::receive_depth, Word{65}},
                                       {buffer::receive_index, Word{ep}}}) {
        switch_to(peer);
        Call bad = receiving(ep);
        bad.buffer[index] = value;
        happen(bad);
        switch_to(root);
        send(ep, {1}, {third_tcb});
        EXPECT_EQ(info(peer).extra_caps, 0);
        EXPECT_TRUE(runnable(world, peer));
    }
}

TEST_F(Ipc, CapabilitiesAreLookedUpAgainAtTheTransfer) {
    switch_to(peer);
    send(ep, {1}, {third_tcb, third_tcb});
    switch_to(root);
    ASSERT_EQ(retype(CapTable, 1, a), done());
    ASSERT_EQ(mint(b, a, Word{0} << 6 | 63), done());
    world.slots.at(slot_of(peer, ThreadSlot::CSpace)).capability = at(b);
    std::get<CNodeCap>(world.slots.at(slot_of(peer, ThreadSlot::CSpace)).capability).guard = 1;
    recv(ep);
    EXPECT_EQ(info(root).extra_caps, 0);
    EXPECT_EQ(info(root).length, 1);
}

TEST_F(Ipc, RepliesNeverUnwrapAndNeedGrantToo) {
    switch_to(peer);
    Call calling = receiving(ep);
    calling.number = static_cast<Word>(Syscall::Call);
    calling.x[1] = 0;
    happen(calling);
    switch_to(root);
    recv(ep);
    reply({}, {ep});
    EXPECT_EQ(info(peer).extra_caps, 1);
    EXPECT_EQ(info(peer).caps_unwrapped, 0);
    EXPECT_EQ(at(received), at(ep));
    ASSERT_EQ(remove(received), done());
    ASSERT_EQ(copy(a, ep, 0b1011), done());
    switch_to(peer);
    happen(calling);
    switch_to(root);
    recv(a);
    reply({}, {ep});
    EXPECT_EQ(info(peer).extra_caps, 0);
}

TEST_F(Ipc, AFailedLookupOfAnExtraCapabilityIsAFaultOrNothing) {
    ASSERT_EQ(retype(CapTable, 1, a), done()); // no guard: other CPtrs end with bits left
    ASSERT_EQ(mint(b, a, 63), done());
    const SlotName cspace = slot_of(peer, ThreadSlot::CSpace);
    world.slots.at(cspace).capability = at(b);
    world.slots[{get<CNodeCap>(a).cnode, 1}] = world.slots.at(slot(ep));
    world.slots.at({get<CNodeCap>(a).cnode, 1}).children.clear();
    world.slots.at({get<CNodeCap>(a).cnode, 1}).parent.reset();
    switch_to(peer);
    happen(message(Syscall::NbSend, 1, 0, {}, {2}));
    EXPECT_EQ(running(), peer);
    send(1, {}, {2});
    EXPECT_TRUE(in_state(peer, Inactive{})); // a CapFault without a handler
    EXPECT_TRUE(world.endpoints.at(endpoint).senders.empty());
}

TEST_F(Ipc, DebugCallsChangeOnlyWhatTheySay) {
    happen(message(Syscall::DebugCapIdentify, ep, 0, {}));
    EXPECT_EQ(x(root, 0), 4);
    happen(message(Syscall::DebugCapIdentify, 200, 0, {}));
    EXPECT_EQ(x(root, 0), 0);
    happen(message(Syscall::DebugPutChar, 'A' + 256, 0, {}));
    EXPECT_EQ(outcome.printed, "A");
    EXPECT_TRUE(outcome.registers.empty());
    happen(message(Syscall::DebugNameThread, peer_tcb, 0, {}));
    EXPECT_FALSE(outcome.halted);
    happen(message(Syscall::DebugNameThread, ep, 0, {}));
    EXPECT_TRUE(outcome.halted);
    happen(message(Syscall::DebugHalt, 0, 0, {}));
    EXPECT_TRUE(outcome.halted);
    Call endless = message(Syscall::DebugNameThread, peer_tcb, 0, {});
    for (Word i = 0; i < 120; ++i) {
        endless.buffer[buffer::message + i] = ~Word{0};
    }
    happen(endless);
    EXPECT_TRUE(outcome.halted);
    endless.buffer[buffer::message + 119] = low_bits(56); // 959 bytes
    happen(endless);
    EXPECT_FALSE(outcome.halted);
}

} // namespace
} // namespace spec
