/// \file
/// SEMANTICS 3: notifications and binding.
#include "rig.hpp"

namespace spec {
namespace {

struct Signals : Rig {
    static constexpr Word ntfn = free_slot;
    static constexpr Word badged = free_slot + 1;
    static constexpr Word ep = free_slot + 2;
    static constexpr Word peer_tcb = free_slot + 4;
    static constexpr Word third_tcb = free_slot + 6;

    Name peer;
    Name third;
    Name object;

    void SetUp() override {
        ASSERT_EQ(retype(Ntfn, 0, ntfn), done());
        ASSERT_EQ(mint(badged, ntfn, 0b100), done());
        ASSERT_EQ(retype(Ep, 0, ep), done());
        peer = spawn(peer_tcb);
        third = spawn(third_tcb);
        object = get<NotificationCap>(ntfn).notification;
    }

    Notification& notification() { return world.notifications.at(object); }
    void signal(Word cptr) { happen(message(Syscall::Send, cptr, 0, {})); }
    void recv(Word cptr) { happen(message(Syscall::Recv, cptr, 0, {})); }
    Word x(Name name, unsigned number) { return x_register(world, name, number); }
    Answer bind(Word tcb = peer_tcb, Word argument = ntfn) {
        return invoke(tcb, Method::BindNotification, {}, {argument});
    }
};

TEST_F(Signals, TheFirstWaiterGetsExactlyTheSignallingBadge) {
    switch_to(peer);
    Call wait = message(Syscall::Recv, ntfn, 0, {});
    wait.x = {ntfn, 1, 2, 3, 4, 5};
    happen(wait);
    switch_to(third);
    recv(ntfn);
    switch_to(root);
    signal(badged);
    EXPECT_EQ(x(peer, 0), 0b100);
    for (unsigned i = 1; i < 6; ++i) {
        EXPECT_EQ(x(peer, i), i); // no message info
    }
    EXPECT_TRUE(runnable(world, peer));
    EXPECT_TRUE(in_state(third, Waiting{object}));
}

TEST_F(Signals, BadgesAccumulate) {
    ASSERT_EQ(mint(badged + 20, ntfn, 0b1001), done());
    signal(badged);
    signal(badged + 20);
    EXPECT_EQ(notification().pending, 0b1101);
    recv(ntfn);
    EXPECT_EQ(x(root, 0), 0b1101);
    EXPECT_FALSE(notification().active);
}

TEST_F(Signals, BadgeZeroMakesActiveToo) {
    signal(ntfn);
    EXPECT_TRUE(notification().active);
    recv(ntfn);
    EXPECT_EQ(running(), root);
    EXPECT_EQ(x(root, 0), 0);
}

TEST_F(Signals, AnyWayOfSendingIsTheSameSignal) {
    happen(message(Syscall::NbSend, badged, 99, {1, 2}));
    EXPECT_EQ(notification().pending, 0b100);
    EXPECT_TRUE(outcome.registers.empty());
    happen(message(Syscall::Call, badged, 99, {1, 2}));
    EXPECT_EQ(x(root, 0), 0);
    EXPECT_EQ(x(root, 1), 0);
    EXPECT_EQ(x(root, 2), 1);
}

TEST_F(Signals, RightsAreNeeded) {
    ASSERT_EQ(copy(50, ntfn, 0b10), done());
    ASSERT_EQ(copy(51, ntfn, 0b01), done());
    EXPECT_EQ(invoke(50, Method(0)), refused(InvalidCapability, {0}));
    recv(51);
    EXPECT_TRUE(in_state(root, Inactive{}));
}

TEST_F(Signals, PollWithNothingThereSetsX0Only) {
    Call poll = message(Syscall::NbRecv, ntfn, 0, {});
    poll.x = {ntfn, 1, 2, 3, 4, 5};
    happen(poll);
    EXPECT_EQ(running(), root);
    EXPECT_EQ(x(root, 0), 0);
    EXPECT_EQ(x(root, 1), 1);
}

TEST_F(Signals, BindChecksInOrder) {
    EXPECT_EQ(invoke(peer_tcb, Method::BindNotification), refused(TruncatedMessage));
    EXPECT_EQ(bind(peer_tcb, ep), refused(IllegalOperation));
    ASSERT_EQ(copy(50, ntfn, 0b01), done());
    EXPECT_EQ(bind(peer_tcb, 50), refused(IllegalOperation)); // no read right
    EXPECT_EQ(bind(), done());
    EXPECT_EQ(bind(), refused(IllegalOperation));
    EXPECT_EQ(bind(third_tcb), refused(IllegalOperation));
    EXPECT_EQ(invoke(peer_tcb, Method::UnbindNotification), done());
    EXPECT_EQ(invoke(peer_tcb, Method::UnbindNotification), refused(IllegalOperation));
    switch_to(third);
    recv(ntfn);
    switch_to(root);
    EXPECT_EQ(bind(), refused(IllegalOperation)); // it has a waiter
}

TEST_F(Signals, ABoundReceiverIsWokenOutOfTheEndpointsQueue) {
    ASSERT_EQ(bind(), done());
    switch_to(peer);
    recv(ep);
    switch_to(root);
    signal(badged);
    EXPECT_EQ(x(peer, 0), 0b100);
    EXPECT_TRUE(runnable(world, peer));
    EXPECT_FALSE(notification().active);
}

TEST_F(Signals, InAnyOtherStateTheSignalIsPending) {
    ASSERT_EQ(bind(), done());
    signal(badged);
    EXPECT_TRUE(notification().active); // it was only runnable
    notification() = {{}, peer, false, 0};
    switch_to(peer);
    happen(message(Syscall::Call, ep, 0, {}));
    switch_to(root);
    signal(badged);
    EXPECT_TRUE(notification().active); // blocked on a send
    EXPECT_TRUE(std::holds_alternative<Sending>(thread(peer).state));
    notification() = {{}, peer, false, 0};
    recv(ep);
    signal(badged);
    EXPECT_TRUE(notification().active); // blocked on a reply
    EXPECT_TRUE(in_state(peer, AwaitingReply{}));
}

TEST_F(Signals, ReceivingTakesAPendingBoundSignalBeforeQueuedSenders) {
    ASSERT_EQ(bind(), done());
    signal(badged);
    switch_to(third);
    happen(message(Syscall::Send, ep, 0, {1}));
    for (const Syscall number : {Syscall::Recv, Syscall::NbRecv}) {
        switch_to(peer);
        happen(message(number, ep, 0, {}));
        EXPECT_EQ(running(), peer);
        EXPECT_EQ(x(peer, 0), 0b100);
        EXPECT_TRUE(std::holds_alternative<Sending>(thread(third).state));
        EXPECT_FALSE(notification().active);
        switch_to(root);
        signal(badged);
    }
}

TEST_F(Signals, OnlyTheBoundThreadMayWait) {
    ASSERT_EQ(bind(), done());
    switch_to(peer);
    recv(ntfn);
    EXPECT_TRUE(in_state(peer, Waiting{object}));
    switch_to(root);
    signal(badged);
    EXPECT_EQ(x(peer, 0), 0b100);
    recv(ntfn);
    EXPECT_TRUE(in_state(root, Inactive{})); // a CapFault
}

TEST_F(Signals, DeletingTheNotificationUnbindsAndWaitersRepeat) {
    switch_to(third);
    recv(ntfn);
    switch_to(root);
    thread(peer).notification = object;
    notification().bound = peer;
    ASSERT_EQ(revoke_at(ntfn), done());
    ASSERT_EQ(remove(ntfn), done());
    EXPECT_FALSE(thread(peer).notification.has_value());
    EXPECT_TRUE(runnable(world, third));
    EXPECT_EQ(thread(third).next_pc, thread(third).registers[reg::pc]);
}

TEST_F(Signals, DeletingTheThreadUnbinds) {
    ASSERT_EQ(bind(), done());
    ASSERT_EQ(remove(peer_tcb), done());
    EXPECT_FALSE(notification().bound.has_value());
    EXPECT_EQ(bind(third_tcb), done());
}

} // namespace
} // namespace spec
