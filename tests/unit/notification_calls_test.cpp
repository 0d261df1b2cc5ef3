// Notifications as threads use them: by capabilities, with rights, and as long as they are there.
#include "crowd_model.hpp"
#include "lifecycle/thread.hpp"
#include "object/notification.hpp"

namespace k::test {
namespace {

using abi::Error;
namespace label = abi::label;

constexpr Rights only_write{1};
constexpr Rights only_read{2};

class NotificationCalls : public CrowdTest {
  protected:
    // Capabilities to the notification.
    static constexpr u64 bell = free_slot; ///< with badge 5
    static constexpr u64 mute = free_slot + 1;
    static constexpr u64 deaf = free_slot + 2;

    void SetUp() override {
        mint(bell, notification, 5);
        mint(mute, notification, 6, only_read);
        mint(deaf, notification, 7, only_write);
    }

    Notification& object() { return slot(notification).cap.as<Notification>()->object(); }

    /// What has been signalled so far.
    u64 kept() { return object().is_active() ? object().take() : 0; }

    Error bind(usize who, u64 to) {
        return invoke(4, tcbs + who, label::TCBBindNotification, {}, {to});
    }

    Error unbind(usize who) { return invoke(4, tcbs + who, label::TCBUnbindNotification, {}); }

    /// A receive that is a fault of the thread's, which nobody handles.
    void expect_refused(usize who, Syscall what, u64 cptr) {
        testing::internal::CaptureStderr();
        call(who, what, cptr);
        (void)testing::internal::GetCapturedStderr();
        EXPECT_EQ(state(who), ThreadState::Inactive);
        EXPECT_EQ(thread(who).restart_pc, svc);
        resume(thread(who), kernel());
        scheduler().next();
    }
};

TEST_F(NotificationCalls, SendNBSendAndCallAreTheSameSignal) {
    for (const Syscall what : {Syscall::Send, Syscall::NBSend, Syscall::Call}) {
        call(0, what, bell, {77, {1, 2, 3, 4, 5}});
        EXPECT_EQ(state(0), ThreadState::Running);
        EXPECT_EQ(kept(), 5u);
        const bool answered = what == Syscall::Call;
        EXPECT_EQ(thread(0).context.x[0], answered ? 0 : bell);
        EXPECT_EQ(received(0).label, answered ? 0u : 77u);
        EXPECT_EQ(info(0)[MessageInfo::length], answered ? 0u : 5u);
        EXPECT_EQ(thread(0).context.x[2], 1u);
    }
}

TEST_F(NotificationCalls, RecvAndNBRecvAreWaitAndPoll) {
    call(0, Syscall::Recv, bell);
    EXPECT_EQ(state(0), ThreadState::BlockedOnNotification);
    call(1, Syscall::Send, bell);
    EXPECT_EQ(state(0), ThreadState::Running);
    EXPECT_EQ(badge(0), 5u);
    call(0, Syscall::NBRecv, bell);
    EXPECT_EQ(badge(0), 0u);
    EXPECT_EQ(state(0), ThreadState::Running);
}

TEST_F(NotificationCalls, ASignalTakesTheRightToWrite) {
    EXPECT_EQ(invoke(0, mute, 0, {}), Error::InvalidCapability);
    EXPECT_EQ(received(0).words, std::vector<u64>{0});
    call(0, Syscall::Send, mute);
    call(0, Syscall::NBSend, mute);
    EXPECT_FALSE(object().is_active());
    EXPECT_EQ(invoke(0, deaf, 0, {}), Error::NoError);
    EXPECT_EQ(kept(), 7u);
}

TEST_F(NotificationCalls, ToHearTakesTheRightToRead) {
    expect_refused(0, Syscall::Recv, deaf);
    expect_refused(0, Syscall::NBRecv, deaf);
    call(0, Syscall::NBRecv, mute);
    EXPECT_EQ(state(0), ThreadState::Running);
}

TEST_F(NotificationCalls, OnlyItsThreadMayWaitForABoundOne) {
    EXPECT_EQ(bind(0, mute), Error::NoError);
    expect_refused(1, Syscall::Recv, bell);
    expect_refused(1, Syscall::NBRecv, bell);
    call(0, Syscall::Recv, bell);
    EXPECT_EQ(state(0), ThreadState::BlockedOnNotification);
    call(1, Syscall::Send, bell);
    EXPECT_EQ(badge(0), 5u);
}

TEST_F(NotificationCalls, WhatCannotBeBound) {
    EXPECT_EQ(invoke(4, tcbs, label::TCBBindNotification, {}), Error::TruncatedMessage);
    EXPECT_EQ(bind(0, endpoint), Error::IllegalOperation);
    EXPECT_EQ(bind(0, free_slot + 9), Error::IllegalOperation) << "an empty slot";
    EXPECT_EQ(bind(0, deaf), Error::IllegalOperation);
    call(1, Syscall::Recv, bell);
    EXPECT_EQ(bind(0, bell), Error::IllegalOperation) << "somebody waits";
    EXPECT_EQ(bind(1, bell), Error::IllegalOperation) << "even if it is the thread itself";
    call(2, Syscall::Send, bell);
    EXPECT_EQ(bind(0, bell), Error::NoError);
    EXPECT_EQ(bind(0, bell), Error::IllegalOperation) << "it is bound";
    alignas(32) static std::array<u8, 32> memory{};
    plant(slot(free_slot + 8), Cap<Notification>::make(arch::window.phys(&memory)));
    EXPECT_EQ(bind(0, free_slot + 8), Error::IllegalOperation) << "the thread has one";
    EXPECT_EQ(bind(1, bell), Error::IllegalOperation) << "it is bound to another";
    EXPECT_EQ(object().bound(), &thread(0));
    EXPECT_EQ(thread(1).notification, nullptr);
    EXPECT_EQ(unbind(1), Error::IllegalOperation);
    EXPECT_EQ(unbind(0), Error::NoError);
    EXPECT_EQ(unbind(0), Error::IllegalOperation);
    EXPECT_EQ(object().bound(), nullptr);
}

TEST_F(NotificationCalls, AThreadMayBindOneToItself) {
    EXPECT_EQ(bind(4, bell), Error::NoError);
    EXPECT_EQ(invoke(4, tcbs + 3, label::TCBBindNotification, {}, {bell}), Error::IllegalOperation);
    EXPECT_EQ(unbind(4), Error::NoError);
}

TEST_F(NotificationCalls, ABoundSignalIsReceivedInPlaceOfAMessage) {
    EXPECT_EQ(bind(0, bell), Error::NoError);
    call(1, Syscall::Call, endpoint, {9, {1}});
    call(2, Syscall::Send, bell);
    for (const u64 expected : {u64{5}, u64{0}}) {
        call(0, Syscall::Recv, endpoint);
        EXPECT_EQ(state(0), ThreadState::Running);
        EXPECT_EQ(badge(0), expected);
        const bool waits = expected != 0;
        EXPECT_EQ(state(1), waits ? ThreadState::BlockedOnSend : ThreadState::BlockedOnReply);
    }
}

TEST_F(NotificationCalls, ASignalSetsNothingButTheBadge) {
    EXPECT_EQ(bind(0, bell), Error::NoError);
    call(0, Syscall::Recv, endpoint, {3, {11, 12, 13, 14}});
    auto expected = thread(0).context.x;
    call(1, Syscall::Send, bell);
    expected[0] = 5;
    EXPECT_EQ(thread(0).context.x, expected);
    EXPECT_TRUE(queue(endpoint).empty());
}

TEST_F(NotificationCalls, TheCallerIsForgottenByEndpointsOnly) {
    EXPECT_EQ(bind(0, bell), Error::NoError);
    const auto has_caller = [&] { return !thread(0).slot(ThreadSlot::Caller).is_empty(); };
    call(1, Syscall::Call, endpoint);
    call(0, Syscall::Recv, endpoint);
    EXPECT_TRUE(has_caller());
    call(0, Syscall::NBRecv, bell);
    EXPECT_TRUE(has_caller());
    call(2, Syscall::Send, bell);
    call(0, Syscall::NBRecv, endpoint);
    EXPECT_EQ(badge(0), 5u);
    EXPECT_FALSE(has_caller()) << "though it has got a signal";
    EXPECT_EQ(state(1), ThreadState::BlockedOnReply) << "for good";
}

TEST_F(NotificationCalls, ReplyRecvRepliesBeforeItHearsASignal) {
    EXPECT_EQ(bind(0, bell), Error::NoError);
    call(1, Syscall::Call, endpoint);
    call(0, Syscall::Recv, endpoint);
    call(2, Syscall::Send, bell);
    call(0, Syscall::ReplyRecv, endpoint, {4, {}});
    EXPECT_EQ(badge(0), 5u);
    EXPECT_EQ(state(1), ThreadState::Running);
    EXPECT_EQ(received(1).label, 4u);
}

// --- What comes and goes ------------------------------------------------------------------------

TEST_F(NotificationCalls, WhoIsSuspendedHearsOfItWhenItIsResumed) {
    call(0, Syscall::Recv, bell);
    EXPECT_EQ(invoke(1, tcbs, label::TCBSuspend, {}), Error::NoError);
    EXPECT_TRUE(object().waiters.empty());
    call(1, Syscall::Send, bell);
    EXPECT_TRUE(object().is_active());
    EXPECT_EQ(invoke(1, tcbs, label::TCBResume, {}), Error::NoError);
    EXPECT_EQ(thread(0).context.pc, svc);
    call(0, Syscall::Recv, bell); // again
    EXPECT_EQ(badge(0), 5u);
}

TEST_F(NotificationCalls, ResumeMakesAWaiterRepeatItsCall) {
    call(0, Syscall::Recv, bell);
    EXPECT_EQ(invoke(1, tcbs, label::TCBResume, {}), Error::NoError);
    EXPECT_EQ(state(0), ThreadState::Running);
    EXPECT_EQ(thread(0).context.pc, svc);
    EXPECT_TRUE(object().waiters.empty());
}

TEST_F(NotificationCalls, DeletingACopyChangesNothing) {
    call(0, Syscall::Recv, bell);
    erase(deaf);
    erase(mute);
    erase(bell);
    EXPECT_EQ(state(0), ThreadState::BlockedOnNotification);
}

TEST_F(NotificationCalls, TheLastCapabilityTakesItFromAll) {
    EXPECT_EQ(bind(2, bell), Error::NoError);
    EXPECT_EQ(unbind(2), Error::NoError);
    call(0, Syscall::Recv, bell);
    call(1, Syscall::Recv, bell);
    for (const u64 cptr : {deaf, mute, bell, notification})
        erase(cptr);
    for (const usize who : {usize{0}, usize{1}}) {
        EXPECT_EQ(state(who), ThreadState::Running);
        EXPECT_EQ(thread(who).context.pc, svc);
    }
}

TEST_F(NotificationCalls, TheLastCapabilityUnbinds) {
    EXPECT_EQ(bind(2, bell), Error::NoError);
    for (const u64 cptr : {deaf, mute, bell, notification})
        erase(cptr);
    EXPECT_EQ(thread(2).notification, nullptr);
    EXPECT_EQ(unbind(2), Error::IllegalOperation);
}

TEST_F(NotificationCalls, AThreadThatDiesLeavesItsNotification) {
    EXPECT_EQ(bind(2, bell), Error::NoError);
    erase(tcbs + 2);
    EXPECT_EQ(object().bound(), nullptr);
    EXPECT_EQ(bind(1, bell), Error::NoError);
}

TEST_F(NotificationCalls, AThreadThatDiesWaitsNoLonger) {
    call(0, Syscall::Recv, bell);
    erase(tcbs);
    EXPECT_TRUE(object().waiters.empty());
    call(1, Syscall::Send, bell);
    EXPECT_EQ(kept(), 5u);
}

} // namespace
} // namespace k::test
