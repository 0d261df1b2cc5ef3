// Notifications: SEMANTICS, "Notifications", a test for each sentence.
#include "ipc/notification.hpp"
#include "ipc/rendezvous.hpp"
#include "threads.hpp"

namespace k {
namespace {

/// Threads, a notification and an endpoint.
class NotificationTest : public test::ThreadsTest {
  protected:
    static constexpr u64 untouched = 0x5555;

    /// A thread that runs, and calls.
    Tcb& caller(char name = 'c', u8 priority = 10) {
        Tcb& thread = running(name, priority);
        thread.context.x.fill(untouched);
        return thread;
    }

    /// A thread that waits at the notification.
    Tcb& waiter(char name, u8 priority) {
        Tcb& thread = waiting_thread(name, priority);
        await_signal(scheduler_, thread, bell(), true);
        EXPECT_EQ(thread.state, ThreadState::BlockedOnNotification);
        (void)decide();
        return thread;
    }

    /// A thread that waits for a message.
    Tcb& receiver(char name, u8 priority) {
        Tcb& thread = waiting_thread(name, priority);
        receive(scheduler_, thread, door(), true);
        EXPECT_EQ(thread.state, ThreadState::BlockedOnReceive);
        (void)decide();
        return thread;
    }

    [[nodiscard]] Cap<Notification> bell(u64 badge = 0) const {
        return *Cap<Notification>::make(arch::window.phys(&notification_), badge)
                    .as<Notification>();
    }

    [[nodiscard]] Cap<Endpoint> door(u64 badge = 0) const {
        return *Cap<Endpoint>::make(arch::window.phys(&endpoint_), badge).as<Endpoint>();
    }

    /// What a Wait, or a Poll, by a thread of its own brings.
    u64 take(Tcb& thread, bool blocking = true) {
        await_signal(scheduler_, thread, bell(), blocking);
        return thread.context.x[0];
    }

    /// All registers but x0 are as they were.
    static void expect_badge(const Tcb& thread, u64 badge) {
        EXPECT_EQ(thread.context.x[0], badge);
        for (usize i = 1; i < thread.context.x.size(); ++i)
            EXPECT_EQ(thread.context.x[i], untouched) << "x" << i;
    }

    void ring(u64 badge) { signal(scheduler_, notification_, badge); }

    alignas(32) Notification notification_{};
    alignas(16) Endpoint endpoint_{};

  private:
    Tcb& waiting_thread(char name, u8 priority) {
        Tcb& thread = ready(name, priority);
        thread.context.x.fill(untouched);
        thread.context.pc = 0x1000;
        return thread;
    }
};

TEST_F(NotificationTest, ThirtyTwoBytesOfZerosAreAnIdleOne) {
    EXPECT_EQ(sizeof(Notification), 32u);
    const Notification fresh{};
    EXPECT_FALSE(fresh.is_active());
    EXPECT_EQ(fresh.bound(), nullptr);
    EXPECT_TRUE(fresh.waiters.empty());
}

TEST_F(NotificationTest, SignalsThatNobodyWaitsForBecomeOne) {
    Tcb& thread = caller();
    for (const u64 badge : {u64{1}, u64{4}, u64{1}, bit(63)})
        ring(badge);
    EXPECT_FALSE(scheduler_.undecided()) << "nobody has been woken";
    EXPECT_EQ(take(thread), bit(63) | 5);
    EXPECT_EQ(thread.state, ThreadState::Running);
    expect_badge(thread, bit(63) | 5);
}

TEST_F(NotificationTest, WhatIsTakenIsGone) {
    Tcb& thread = caller();
    ring(6);
    EXPECT_EQ(take(thread), 6u);
    EXPECT_FALSE(notification_.is_active());
    ring(1);
    EXPECT_EQ(take(thread), 1u);
}

TEST_F(NotificationTest, ASignalWithoutABadgeIsOne) {
    Tcb& thread = caller();
    ring(0);
    EXPECT_TRUE(notification_.is_active());
    EXPECT_EQ(take(thread), 0u);
    EXPECT_EQ(thread.state, ThreadState::Running) << "it did not have to wait";
    EXPECT_FALSE(notification_.is_active());
}

TEST_F(NotificationTest, APollTakesWhatThereIs) {
    Tcb& thread = caller();
    ring(3);
    EXPECT_EQ(take(thread, false), 3u);
    EXPECT_EQ(take(thread, false), 0u);
    expect_badge(thread, 0);
    EXPECT_FALSE(scheduler_.undecided());
}

TEST_F(NotificationTest, WithNothingThereAThreadWaits) {
    Tcb& thread = caller();
    ready('l', 5);
    (void)take(thread);
    EXPECT_EQ(thread.state, ThreadState::BlockedOnNotification);
    EXPECT_EQ(notification_.waiters.front(), &thread);
    EXPECT_EQ(decide(), 'l');
    expect_badge(thread, untouched);
}

TEST_F(NotificationTest, TheFirstWaiterGetsJustThatBadge) {
    caller('c', 200);
    Tcb& first = waiter('a', 10);
    Tcb& second = waiter('b', 100);
    ring(6);
    expect_badge(first, 6);
    EXPECT_EQ(first.state, ThreadState::Running);
    EXPECT_EQ(second.state, ThreadState::BlockedOnNotification);
    EXPECT_FALSE(notification_.is_active()) << "nothing is kept of it";
    ring(1);
    expect_badge(second, 1);
    EXPECT_EQ(second.context.pc, 0x1000u) << "it goes on behind its call";
    ring(8);
    EXPECT_TRUE(notification_.is_active());
    EXPECT_EQ(decide(), 'c');
    EXPECT_EQ(order(), "ba");
}

TEST_F(NotificationTest, AWaiterOfHigherPriorityRunsAtOnce) {
    caller('c', 10);
    waiter('w', 11);
    ring(1);
    EXPECT_EQ(decide(), 'w');
    EXPECT_EQ(order(), "c");
}

TEST_F(NotificationTest, AWaiterOfEqualPriorityComesLast) {
    caller('c', 10);
    ready('e', 10);
    waiter('w', 10);
    ring(1);
    EXPECT_EQ(decide(), 'c');
    EXPECT_EQ(order(), "ew");
}

TEST_F(NotificationTest, AThreadThatStopsWaitingIsNotTold) {
    Tcb& thread = caller();
    Tcb& gone = waiter('w', 5);
    cancel_wait(gone);
    scheduler_.suspend(gone);
    ring(2);
    expect_badge(gone, untouched);
    EXPECT_EQ(gone.state, ThreadState::Inactive);
    EXPECT_EQ(take(thread), 2u);
}

TEST_F(NotificationTest, ItsEndMakesAllWhoWaitRepeatTheirCalls) {
    caller('c', 10);
    const std::array waiters{&waiter('1', 10), &waiter('2', 10), &waiter('3', 12)};
    dissolve(scheduler_, notification_);
    for (const Tcb* const thread : waiters) {
        EXPECT_EQ(thread->state, ThreadState::Running);
        EXPECT_EQ(thread->context.pc, thread->restart_pc);
        expect_badge(*thread, untouched);
    }
    EXPECT_EQ(decide(), '3');
    EXPECT_EQ(order(), "c21") << "the last in front, the running thread before them";
}

// --- Bound to a thread --------------------------------------------------------------------------

class BoundNotificationTest : public NotificationTest {
  protected:
    /// The state that `thread` has, as far as signals can tell.
    u64 kept_in(ThreadState state) {
        Tcb& thread = this->thread('b', 10);
        thread.context.x.fill(untouched);
        thread.state = state;
        bind(thread, notification_);
        ring(4);
        expect_badge(thread, untouched);
        EXPECT_EQ(thread.state, state);
        unbind(thread);
        thread.state = ThreadState::Inactive; // for the invariants
        return notification_.is_active() ? notification_.take() : 0;
    }
};

TEST_F(BoundNotificationTest, EachKnowsTheOther) {
    Tcb& thread = caller();
    bind(thread, notification_);
    EXPECT_EQ(thread.notification, &notification_);
    EXPECT_EQ(notification_.bound(), &thread);
    unbind(thread);
    EXPECT_EQ(thread.notification, nullptr);
    EXPECT_EQ(notification_.bound(), nullptr);
    unbind(thread); // which changes nothing
    EXPECT_EQ(thread.notification, nullptr);
}

TEST_F(BoundNotificationTest, BindingKeepsWhatHasBeenSignalled) {
    Tcb& thread = caller();
    ring(2);
    bind(thread, notification_);
    EXPECT_TRUE(notification_.is_active());
    unbind(thread);
    EXPECT_EQ(take(thread), 2u);
}

TEST_F(BoundNotificationTest, TakesTheThreadFromTheEndpoint) {
    Tcb& running_thread = caller('c', 10);
    Tcb& other = receiver('o', 5);
    Tcb& thread = receiver('b', 20);
    bind(thread, notification_);
    ring(6);
    expect_badge(thread, 6);
    EXPECT_FALSE(notification_.is_active());
    EXPECT_EQ(decide(), 'b');
    EXPECT_EQ(endpoint_.queue.front(), &other);
    cancel_wait(other);
    scheduler_.suspend(other);
    EXPECT_TRUE(endpoint_.queue.empty()) << "nobody may find it there";
    EXPECT_EQ(running_thread.state, ThreadState::Running);
}

TEST_F(BoundNotificationTest, KeepsASignalInAnyOtherState) {
    caller();
    for (const ThreadState state : {ThreadState::Inactive, ThreadState::Running,
                                    ThreadState::BlockedOnSend, ThreadState::BlockedOnReply})
        EXPECT_EQ(kept_in(state), 4u);
}

TEST_F(BoundNotificationTest, OnlyAnIdleOneReachesAThreadThatReceives) {
    caller();
    Tcb& thread = receiver('b', 5);
    ring(1);
    bind(thread, notification_);
    ring(2);
    expect_badge(thread, untouched);
    EXPECT_EQ(thread.state, ThreadState::BlockedOnReceive);
    EXPECT_EQ(notification_.take(), 3u);
    ring(4);
    expect_badge(thread, 4);
}

TEST_F(BoundNotificationTest, ASignalWinsOverMessages) {
    Tcb& sender = caller('s', 10);
    send(scheduler_, sender, door(7), SendMode::Send);
    EXPECT_EQ(decide(), '-');
    for (const bool blocking : {true, false}) {
        Tcb& thread = caller('b', 20);
        bind(thread, notification_);
        ring(9);
        receive(scheduler_, thread, door(), blocking);
        expect_badge(thread, 9);
        EXPECT_EQ(thread.state, ThreadState::Running);
        EXPECT_EQ(endpoint_.queue.front(), &sender) << "it waits for the next time";
        unbind(thread);
        scheduler_.suspend(thread);
        EXPECT_EQ(decide(), '-');
    }
}

TEST_F(BoundNotificationTest, ASignalWithoutABadgeIsHeardToo) {
    Tcb& thread = caller();
    bind(thread, notification_);
    ring(0);
    receive(scheduler_, thread, door(), true);
    expect_badge(thread, 0);
    EXPECT_EQ(thread.state, ThreadState::Running);
}

TEST_F(BoundNotificationTest, WithoutASignalAMessageIsReceived) {
    Tcb& thread = receiver('b', 20);
    bind(thread, notification_);
    Tcb& sender = caller('s', 10);
    sender.context.x[1] = 0;
    send(scheduler_, sender, door(7), SendMode::Send);
    EXPECT_EQ(thread.context.x[0], 7u);
    EXPECT_EQ(decide(), 'b');
}

TEST_F(BoundNotificationTest, ItsThreadMayWaitForItAlone) {
    caller();
    Tcb& thread = waiter('b', 5);
    notification_.waiters.remove(thread);
    bind(thread, notification_);
    notification_.waiters.push_back(thread);
    ring(5);
    expect_badge(thread, 5);
    EXPECT_FALSE(notification_.is_active());
}

TEST_F(BoundNotificationTest, LeavesItsThreadWhenItDies) {
    Tcb& thread = caller();
    bind(thread, notification_);
    ring(1);
    dissolve(scheduler_, notification_);
    EXPECT_EQ(thread.notification, nullptr);
    EXPECT_EQ(notification_.bound(), nullptr);
    EXPECT_FALSE(scheduler_.undecided());
}

TEST_F(BoundNotificationTest, LeavesItsThreadThatWaitsForItWhenItDies) {
    caller();
    Tcb& thread = waiter('b', 5);
    bind(thread, notification_);
    dissolve(scheduler_, notification_);
    EXPECT_EQ(thread.notification, nullptr);
    EXPECT_EQ(notification_.bound(), nullptr);
    EXPECT_EQ(thread.state, ThreadState::Running) << "it makes its call again";
}

} // namespace
} // namespace k
