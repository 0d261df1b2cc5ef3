// Threads meet at endpoints: who gets whose message, who waits, and what becomes of those who do.
#include "crowd_model.hpp"
#include "lifecycle/thread.hpp"

#include <numeric>

namespace k::test {
namespace {

using abi::Error;

constexpr Rights only_read{2};
constexpr Rights only_write{1};
constexpr Rights nothing{};

class Ipc : public CrowdTest {
  protected:
    static constexpr usize server = 0;
    static constexpr usize client = 1;
    static constexpr usize third = 2;

    void SetUp() override {
        // Whatever is not to change has a value of its own.
        for (usize i = 0; i < size; ++i)
            for (usize r = 0; r < 31; ++r)
                thread(i).context.x[r] = 0x1000 * (i + 1) + r;
    }

    static std::vector<u64> numbers(usize count) {
        std::vector<u64> words(count);
        std::iota(words.begin(), words.end(), 100);
        return words;
    }

    /// Everything a call must not touch: all registers but x0 to x5 and x7.
    static std::vector<u64> other_registers(const Tcb& thread) {
        const auto& x = thread.context.x;
        std::vector<u64> others{x[6], thread.context.sp, thread.context.tls};
        others.insert(others.end(), x.begin() + 8, x.end());
        return others;
    }
};

// --- Meeting -------------------------------------------------------------------------------------

TEST_F(Ipc, ReceiverWaitsForSender) {
    call(server, Syscall::Recv, endpoint);
    EXPECT_EQ(state(server), ThreadState::BlockedOnReceive);
    EXPECT_EQ(queue(endpoint), (std::vector<usize>{server}));
    call(client, Syscall::Send, endpoint, {77, {1, 2}});
    EXPECT_EQ(state(server), ThreadState::Running);
    EXPECT_EQ(state(client), ThreadState::Running);
    EXPECT_TRUE(queue(endpoint).empty());
    EXPECT_EQ(received(server).label, 77u);
    EXPECT_EQ(received(server).words, (std::vector<u64>{1, 2}));
    EXPECT_EQ(thread(server).context.pc, svc + 4);
}

TEST_F(Ipc, SenderWaitsForReceiver) {
    call(client, Syscall::Send, endpoint, {77, {1, 2}});
    EXPECT_EQ(state(client), ThreadState::BlockedOnSend);
    const auto before = thread(client).context.x;
    call(server, Syscall::Recv, endpoint);
    EXPECT_EQ(state(client), ThreadState::Running);
    EXPECT_EQ(received(server).words, (std::vector<u64>{1, 2}));
    EXPECT_EQ(thread(client).context.x, before) << "Send returns nothing";
    EXPECT_EQ(thread(client).context.pc, svc + 4);
}

TEST_F(Ipc, NBSendDropsWhatNobodyWaitsFor) {
    call(client, Syscall::NBSend, endpoint, {77, {1, 2}});
    EXPECT_EQ(state(client), ThreadState::Running);
    EXPECT_TRUE(queue(endpoint).empty());
    call(server, Syscall::NBRecv, endpoint);
    EXPECT_EQ(badge(server), 0u);
}

TEST_F(Ipc, NBSendReachesWhoWaits) {
    call(server, Syscall::Recv, endpoint);
    call(client, Syscall::NBSend, endpoint, {5});
    EXPECT_EQ(state(server), ThreadState::Running);
    EXPECT_EQ(received(server).label, 5u);
}

TEST_F(Ipc, NBRecvTakesWhatWaits) {
    mint(free_slot, endpoint, 9);
    call(client, Syscall::Send, free_slot, {5, {6}});
    call(server, Syscall::NBRecv, endpoint);
    EXPECT_EQ(badge(server), 9u);
    EXPECT_EQ(received(server).words, (std::vector<u64>{6}));
    EXPECT_EQ(state(client), ThreadState::Running);
}

TEST_F(Ipc, NBRecvWithNothingThereSetsTheBadgeAlone) {
    const auto before = thread(server).context.x;
    call_with_info(server, Syscall::NBRecv, endpoint, MessageInfo{before[1]});
    const auto& x = thread(server).context.x;
    EXPECT_EQ(x[0], 0u);
    for (usize i = 1; i <= 5; ++i)
        EXPECT_EQ(x[i], before[i]) << "x" << i;
    EXPECT_EQ(state(server), ThreadState::Running);
}

TEST_F(Ipc, ServesInTheOrderOfArrival) {
    thread(3).priority = priority; // all the same; the queue does not look
    for (const usize who : {usize{2}, usize{4}, usize{1}, usize{3}}) {
        mint(free_slot + who, endpoint, who);
        call(who, Syscall::Send, free_slot + who);
    }
    EXPECT_EQ(queue(endpoint), (std::vector<usize>{2, 4, 1, 3}));
    for (const usize who : {usize{2}, usize{4}, usize{1}, usize{3}}) {
        call(server, Syscall::Recv, endpoint);
        EXPECT_EQ(badge(server), who);
    }
}

TEST_F(Ipc, ServesInTheOrderOfArrivalWhateverThePriority) {
    mint(free_slot, endpoint, 1);
    mint(free_slot + 1, endpoint, 2);
    call(1, Syscall::Send, free_slot);
    call(2, Syscall::Send, free_slot + 1);
    scheduler().set_priority(thread(2), priority + 50);
    call(server, Syscall::Recv, endpoint);
    EXPECT_EQ(badge(server), 1u);
}

TEST_F(Ipc, ReceiversAreServedInTheOrderOfArrival) {
    for (const usize who : {usize{3}, usize{1}, usize{2}})
        call(who, Syscall::Recv, endpoint);
    for (const usize who : {usize{3}, usize{1}, usize{2}}) {
        call(4, Syscall::Send, endpoint, {who});
        EXPECT_EQ(state(who), ThreadState::Running);
        EXPECT_EQ(received(who).label, who);
    }
}

TEST_F(Ipc, EndpointsAreApart) {
    call(server, Syscall::Recv, endpoint);
    call(client, Syscall::Send, other_endpoint);
    EXPECT_EQ(state(server), ThreadState::BlockedOnReceive);
    EXPECT_EQ(state(client), ThreadState::BlockedOnSend);
}

TEST_F(Ipc, ReplyRecvWithoutACallerReceives) {
    call(client, Syscall::Send, endpoint, {3});
    call(server, Syscall::ReplyRecv, endpoint);
    EXPECT_EQ(received(server).label, 3u);
    call(server, Syscall::ReplyRecv, endpoint);
    EXPECT_EQ(state(server), ThreadState::BlockedOnReceive);
}

TEST_F(Ipc, ReplyWithoutACallerDoesNothing) {
    const auto before = thread(server).context;
    call_with_info(server, Syscall::Reply, before.x[0], MessageInfo{before.x[1]});
    auto after = thread(server).context;
    EXPECT_EQ(after.x[0], before.x[0]);
    EXPECT_EQ(after.x[2], before.x[2]);
    EXPECT_EQ(state(server), ThreadState::Running);
}

// --- Badges and rights ---------------------------------------------------------------------------

TEST_F(Ipc, ABadgeIsThatOfTheCall) {
    mint(free_slot, endpoint, 42);
    call(client, Syscall::Send, free_slot);
    erase(free_slot); // the note remains
    mint(free_slot, endpoint, 43);
    call(server, Syscall::Recv, endpoint);
    EXPECT_EQ(badge(server), 42u);
}

TEST_F(Ipc, TheReceiversOwnBadgeDoesNotMatter) {
    mint(free_slot, endpoint, 42);
    call(server, Syscall::Recv, free_slot);
    call(client, Syscall::Send, endpoint);
    EXPECT_EQ(badge(server), 0u);
}

TEST_F(Ipc, SendingTakesTheRightToWrite) {
    mint(free_slot, endpoint, 0, only_read);
    call(server, Syscall::Recv, endpoint);
    call(client, Syscall::Send, free_slot);
    call(client, Syscall::NBSend, free_slot);
    EXPECT_EQ(state(server), ThreadState::BlockedOnReceive);
    EXPECT_EQ(invoke(client, free_slot, 0, {}), Error::InvalidCapability);
    EXPECT_EQ(thread(client).context.x[2], 0u) << "capability 0";
}

TEST_F(Ipc, OnlyTheRightToWriteIsNeeded) {
    mint(free_slot, endpoint, 0, only_write);
    call(server, Syscall::Recv, endpoint);
    call(client, Syscall::Send, free_slot);
    EXPECT_EQ(state(server), ThreadState::Running);
}

/// What a thread is stopped for, by what the kernel says of it.
class IpcFault : public Ipc {
  protected:
    void expect_fault(Syscall what, u64 cptr, std::string_view why) {
        testing::internal::CaptureStderr();
        call(client, what, cptr);
        const std::string said = testing::internal::GetCapturedStderr();
        EXPECT_NE(said.find(why), std::string::npos) << said;
        EXPECT_EQ(state(client), ThreadState::Inactive);
        EXPECT_EQ(thread(client).restart_pc, svc);
        resume(thread(client), kernel());
        scheduler().next();
    }
};

TEST_F(IpcFault, ReceivingTakesTheRightToRead) {
    mint(free_slot, endpoint, 0, only_write);
    mint(free_slot + 1, notification, 0, only_write);
    for (const Syscall what : {Syscall::Recv, Syscall::NBRecv, Syscall::ReplyRecv})
        for (const u64 cptr : {free_slot, free_slot + 1, free_slot + 2, root})
            expect_fault(what, cptr, "MissingCapability 0x0");
}

TEST_F(IpcFault, ReceivingNeedsACPtrThatLeadsSomewhere) {
    expect_fault(Syscall::Recv, nowhere, "GuardMismatch");
    expect_fault(Syscall::NBRecv, nowhere, "GuardMismatch");
    expect_fault(Syscall::Send, nowhere, "GuardMismatch");
}

TEST_F(Ipc, FollowsExtraCapabilitiesBeforeItSends) {
    call(server, Syscall::Recv, endpoint);
    testing::internal::CaptureStderr();
    call(client, Syscall::Send, endpoint, {0, {}, {root, nowhere}});
    EXPECT_NE(testing::internal::GetCapturedStderr().find("GuardMismatch"), std::string::npos);
    EXPECT_EQ(state(server), ThreadState::BlockedOnReceive);
    EXPECT_EQ(state(client), ThreadState::Inactive);
    call(third, Syscall::NBSend, endpoint, {0, {}, {nowhere}});
    EXPECT_EQ(state(server), ThreadState::BlockedOnReceive);
    EXPECT_EQ(state(third), ThreadState::Running);
}

// --- What arrives --------------------------------------------------------------------------------

TEST_F(Ipc, MovesUpTo120Words) {
    for (const usize length : {0u, 1u, 3u, 4u, 5u, 7u, 8u, 9u, 119u, 120u}) {
        call(server, Syscall::Recv, endpoint);
        call(client, Syscall::Send, endpoint, {length, numbers(length)});
        EXPECT_EQ(received(server).words, numbers(length));
        EXPECT_EQ(received(server).label, length);
    }
}

TEST_F(Ipc, LeavesWordsBeyondTheLengthAlone) {
    for (const usize length : {0u, 2u, 4u, 5u, 50u}) {
        buffer(server).message.fill(7);
        for (usize i = 0; i < 4; ++i)
            thread(server).context.x[2 + i] = 7;
        const auto others = other_registers(thread(server));
        call(server, Syscall::Recv, endpoint);
        call(client, Syscall::Send, endpoint, {0, numbers(length)});
        for (usize i = length; i < 4; ++i)
            EXPECT_EQ(thread(server).context.x[2 + i], 7u);
        for (usize i = 0; i < 4; ++i)
            EXPECT_EQ(buffer(server).message[i], 7u) << "these travel in registers only";
        for (usize i = std::max<usize>(length, 4); i < 120; ++i)
            EXPECT_EQ(buffer(server).message[i], 7u);
        EXPECT_EQ(other_registers(thread(server)), others);
    }
}

TEST_F(Ipc, DoesNotTouchWhatIsTheLibrarys) {
    buffer(server).tag = 1;
    buffer(server).user_data = 2;
    buffer(client).tag = 3;
    buffer(client).user_data = 4;
    buffer(server).caps_or_badges.fill(5);
    call(server, Syscall::Recv, endpoint);
    call(client, Syscall::Send, endpoint, {0, numbers(120)});
    EXPECT_EQ(buffer(server).tag, 1u);
    EXPECT_EQ(buffer(server).user_data, 2u);
    EXPECT_EQ(buffer(server).caps_or_badges, (std::array<u64, 3>{5, 5, 5}));
}

TEST_F(Ipc, MessagesHaveNoMoreThanTheirLimit) {
    buffer(client).message.fill(1);
    call(server, Syscall::Recv, endpoint);
    call_with_info(client, Syscall::Send, endpoint, MessageInfo{}.with(MessageInfo::length, 127));
    EXPECT_EQ(info(server)[MessageInfo::length], 120u);
    EXPECT_EQ(buffer(server).user_data, 0u);
}

TEST_F(Ipc, FieldsOfTheSenderAreNotBelieved) {
    call(server, Syscall::Recv, endpoint);
    call_with_info(client, Syscall::Send, endpoint,
                   MessageInfo{}
                       .with(MessageInfo::caps_unwrapped, 7)
                       .with(MessageInfo::label, MessageInfo::label.max));
    EXPECT_EQ(info(server), MessageInfo{}.with(MessageInfo::label, MessageInfo::label.max));
}

TEST_F(Ipc, MessagesAreCutWhereABufferIsMissing) {
    struct Case {
        usize who;
        Rights left;
        u64 expected;
    };
    const u64 full = 120;
    const u64 cut = 4;
    for (const auto& [who, left, expected] :
         {Case{client, only_read, full}, Case{client, nothing, cut}, Case{server, only_read, cut},
          Case{server, nothing, cut}}) {
        Slot& slot = thread(who).slot(ThreadSlot::IpcBuffer);
        const Capability before = slot.cap;
        weaken_buffer(who, left);
        call(server, Syscall::Recv, endpoint);
        call(client, Syscall::Send, endpoint, {1, numbers(120)});
        EXPECT_EQ(info(server)[MessageInfo::length], expected);
        slot.cap = before;
    }
}

TEST_F(Ipc, ABufferLiesAnywhereInItsFrame) {
    auto* const second = &buffer(client) + 1;
    thread(client).buffer_address = 0x7000'0400; // what is mapped there does not matter
    second->message[4] = 55;
    call(server, Syscall::Recv, endpoint);
    call_with_info(client, Syscall::Send, endpoint, MessageInfo{}.with(MessageInfo::length, 5));
    EXPECT_EQ(buffer(server).message[4], 55u);
}

TEST_F(Ipc, AMessageIsReadWhenItIsMoved) {
    call(client, Syscall::Send, endpoint, {1, {10}});
    thread(client).context.x[2] = 20; // WriteRegisters
    call(server, Syscall::Recv, endpoint);
    EXPECT_EQ(received(server).words, (std::vector<u64>{20}));
}

TEST_F(Ipc, BringsNoCapabilitiesThatNobodyMayGrant) {
    const Rights no_grant = all_rights.with(Rights::grant, false);
    mint(free_slot, endpoint, 0, no_grant);
    ask_for_capability(server, root, free_slot + 1, 64);
    call(server, Syscall::Recv, endpoint);
    call(client, Syscall::Send, free_slot, {0, {}, {other_endpoint}});
    EXPECT_EQ(info(server)[MessageInfo::extra_caps], 0u);
    EXPECT_TRUE(slot(free_slot + 1).is_empty());
}

// --- Those who wait ------------------------------------------------------------------------------

TEST_F(Ipc, WhoIsSuspendedLeavesTheQueue) {
    for (const usize who : {usize{1}, usize{2}, usize{3}})
        call(who, Syscall::Send, endpoint, {who});
    suspend(thread(2), kernel());
    EXPECT_EQ(queue(endpoint), (std::vector<usize>{1, 3}));
    EXPECT_EQ(state(2), ThreadState::Inactive);
    suspend(thread(3), kernel());
    suspend(thread(1), kernel());
    EXPECT_TRUE(queue(endpoint).empty());
    call(server, Syscall::Recv, endpoint);
    suspend(thread(server), kernel());
    EXPECT_TRUE(queue(endpoint).empty());
    EXPECT_EQ(thread(server).restart_pc, svc);
}

TEST_F(Ipc, WhoIsResumedMakesItsCallAgain) {
    for (const Syscall what : {Syscall::Send, Syscall::Call, Syscall::Recv, Syscall::ReplyRecv}) {
        call(client, what, endpoint);
        const auto before = thread(client).context.x;
        resume(thread(client), kernel());
        EXPECT_TRUE(queue(endpoint).empty());
        EXPECT_EQ(state(client), ThreadState::Running);
        EXPECT_EQ(thread(client).context.pc, svc);
        EXPECT_EQ(thread(client).context.x, before);
        scheduler().next();
    }
}

TEST_F(Ipc, WhoIsDeletedLeavesTheQueue) {
    call(1, Syscall::Send, endpoint);
    call(2, Syscall::Send, endpoint);
    erase(tcbs + 1);
    EXPECT_EQ(queue(endpoint), (std::vector<usize>{2}));
}

TEST_F(Ipc, TheLastCapabilitySendsAllAway) {
    mint(free_slot, endpoint, 5);
    for (const usize who : {usize{1}, usize{2}, usize{3}})
        call(who, Syscall::Send, endpoint);
    erase(endpoint);
    EXPECT_EQ(state(1), ThreadState::BlockedOnSend) << "there is another capability";
    erase(free_slot);
    for (const usize who : {usize{1}, usize{2}, usize{3}}) {
        EXPECT_EQ(state(who), ThreadState::Running);
        EXPECT_EQ(thread(who).context.pc, svc) << "it makes its call again";
    }
}

TEST_F(Ipc, TheLastCapabilitySendsReceiversAway) {
    call(1, Syscall::Recv, endpoint);
    call(2, Syscall::Recv, endpoint);
    erase(endpoint);
    EXPECT_EQ(state(1), ThreadState::Running);
    EXPECT_EQ(state(2), ThreadState::Running);
}

TEST_F(Ipc, ThoseSentAwayGoToTheHeadsOfTheirQueues) {
    for (const usize who : {usize{1}, usize{2}})
        call(who, Syscall::Send, endpoint);
    turn_to(server);
    EXPECT_EQ(invoke(server, root, abi::label::CNodeDelete, {endpoint, 64}), Error::NoError);
    EXPECT_EQ(running(), server) << "before its equals";
    scheduler().block(thread(server), ThreadState::Inactive);
    scheduler().next();
    EXPECT_EQ(running(), 2u) << "the last of the queue is in front";
}

TEST_F(Ipc, ACNodeThatDiesTakesTheLastCapabilityWithIt) {
    move(slot(endpoint), small_slot(2));
    slot(free_slot).cap = {};
    call(client, Syscall::Send, other_endpoint);
    move(slot(other_endpoint), small_slot(1));
    EXPECT_EQ(invoke(server, root, abi::label::CNodeDelete, {small_cnode, 64}), Error::NoError);
    EXPECT_EQ(state(client), ThreadState::Running);
}

TEST_F(Ipc, ReadRegistersFindsTheCall) {
    call(client, Syscall::Recv, endpoint);
    EXPECT_EQ(invoke(server, tcbs + client, abi::label::TCBReadRegisters, {0, 1}), Error::NoError);
    EXPECT_EQ(thread(server).context.x[2], svc);
}

TEST_F(Ipc, WriteRegistersSendsItElsewhereWhenItIsAnswered) {
    call(client, Syscall::Recv, endpoint);
    EXPECT_EQ(invoke(server, tcbs + client, abi::label::TCBWriteRegisters, {0, 1, 0x5000}),
              Error::NoError);
    EXPECT_EQ(state(client), ThreadState::BlockedOnReceive);
    call(server, Syscall::Send, endpoint);
    EXPECT_EQ(thread(client).context.pc, 0x5000u);
}

// --- Who runs ------------------------------------------------------------------------------------

TEST_F(Ipc, AReceiverOfHigherPriorityRunsAtOnce) {
    call(1, Syscall::Recv, endpoint);
    scheduler().set_priority(thread(1), priority + 1);
    call(2, Syscall::Send, endpoint);
    EXPECT_EQ(running(), 1u);
}

TEST_F(Ipc, AReceiverOfEqualPriorityIsTheLast) {
    call(1, Syscall::Recv, endpoint);
    call(2, Syscall::Send, endpoint);
    EXPECT_EQ(running(), 2u);
    const ThreadQueue& ready = scheduler().ready().queue(priority);
    const Tcb* last = ready.front();
    while (last->next != nullptr)
        last = last->next;
    EXPECT_EQ(last, &thread(1));
}

TEST_F(Ipc, WhoSendsAndWaitsGivesItsPlaceToTheReceiver) {
    call(1, Syscall::Recv, endpoint);
    call(2, Syscall::Call, endpoint);
    EXPECT_NE(state(2), ThreadState::Running);
    EXPECT_EQ(running(), 1u) << "ahead of its equals";
}

// --- What is yet to come -------------------------------------------------------------------------

TEST_F(Ipc, NobodySignals) {
    call(server, Syscall::NBRecv, notification);
    EXPECT_EQ(badge(server), 0u);
    call(server, Syscall::Recv, notification);
    EXPECT_NE(state(server), ThreadState::Running);
}

} // namespace
} // namespace k::test
