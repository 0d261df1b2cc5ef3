// Calls and their answers: who may answer, once, and what takes the right away.
#include "base/random.hpp"
#include "crowd_model.hpp"
#include "lifecycle/thread.hpp"
#include "object/reply.hpp"

namespace k::test {
namespace {

using abi::Error;
namespace label = abi::label;

constexpr u64 all = 0xf;
constexpr u64 saved = Crowd::free_slot + 10;
constexpr u64 elsewhere = Crowd::free_slot + 11;

class ReplyTest : public CrowdTest {
  protected:
    static constexpr usize server = 0;
    static constexpr usize client = 1;
    static constexpr usize other = 2;

    Slot& caller_slot(usize who) { return thread(who).slot(ThreadSlot::Caller); }

    /// The client calls, and the server receives it.
    void be_called(usize who = client, u64 cptr = endpoint) {
        call(who, Syscall::Call, cptr, {1, {2}});
        call(server, Syscall::Recv, endpoint);
        ASSERT_EQ(state(who), ThreadState::BlockedOnReply);
    }

    /// The same, and the server keeps the right to answer.
    void be_called_and_save(usize who = client, u64 to = saved) {
        be_called(who);
        save(to);
    }

    void save(u64 to) {
        EXPECT_EQ(invoke(server, root, label::CNodeSaveCaller, {to, 64}), Error::NoError);
    }

    void expect_answered(usize who, u64 label) {
        EXPECT_EQ(state(who), ThreadState::Running);
        EXPECT_EQ(received(who).label, label);
        EXPECT_EQ(badge(who), 0u);
        EXPECT_EQ(thread(who).context.pc, svc + 4);
    }
};

using Reply = ReplyTest;

TEST_F(Reply, AnswersWhoCalledLast) {
    be_called();
    EXPECT_EQ(received(server).words, (std::vector<u64>{2}));
    call(server, Syscall::Reply, nowhere, {5, {6, 7}});
    expect_answered(client, 5);
    EXPECT_EQ(received(client).words, (std::vector<u64>{6, 7}));
    EXPECT_TRUE(caller_slot(server).is_empty());
    EXPECT_TRUE(thread(client).slot(ThreadSlot::Reply).is_empty());
}

TEST_F(Reply, AnswersACallThatFoundAReceiverWaiting) {
    call(server, Syscall::Recv, endpoint);
    call(client, Syscall::Call, endpoint);
    EXPECT_EQ(state(client), ThreadState::BlockedOnReply);
    call(server, Syscall::Reply, 0, {5});
    expect_answered(client, 5);
}

TEST_F(Reply, ChangesNoRegisterOfWhoAnswers) {
    be_called();
    thread(server).context.x.fill(3);
    call_with_info(server, Syscall::Reply, 77, MessageInfo{});
    for (usize i = 2; i < 31; ++i)
        EXPECT_EQ(thread(server).context.x[i], i == 7 ? static_cast<u64>(Syscall::Reply) : 3u);
    EXPECT_EQ(thread(server).context.x[0], 77u);
}

TEST_F(Reply, IsGivenOnce) {
    be_called();
    call(server, Syscall::Reply, 0, {5});
    call(server, Syscall::Reply, 0, {6});
    expect_answered(client, 5);
}

TEST_F(Reply, CarriesLongMessages) {
    be_called();
    const std::vector<u64> words(120, 9);
    call(server, Syscall::Reply, 0, {5, words});
    EXPECT_EQ(received(client).words, words);
}

TEST_F(Reply, IsCutWhereABufferIsMissing) {
    be_called();
    weaken_buffer(client, Rights{2}); // it has called with it, and can do no more than that
    call(server, Syscall::Reply, 0, {5, std::vector<u64>(120, 9)});
    EXPECT_EQ(info(client)[MessageInfo::length], 4u);
}

TEST_F(Reply, AndReceiveInOneCall) {
    be_called();
    call(other, Syscall::Send, endpoint, {8});
    call(server, Syscall::ReplyRecv, endpoint, {5});
    expect_answered(client, 5);
    EXPECT_EQ(received(server).label, 8u);
    EXPECT_EQ(state(other), ThreadState::Running);
}

TEST_F(Reply, AndReceiveReceivesThoughTheAnswerIsGiven) {
    be_called();
    call(server, Syscall::ReplyRecv, endpoint, {5});
    expect_answered(client, 5);
    EXPECT_EQ(state(server), ThreadState::BlockedOnReceive);
    EXPECT_EQ(running(), client) << "ahead of its equals";
}

TEST_F(Reply, IsGivenThoughReceivingIsAFault) {
    be_called();
    testing::internal::CaptureStderr();
    call(server, Syscall::ReplyRecv, nowhere, {5});
    (void)testing::internal::GetCapturedStderr();
    expect_answered(client, 5);
    EXPECT_EQ(state(server), ThreadState::Inactive);
}

TEST_F(Reply, AndReceiveWakesTwo) {
    be_called();
    call(other, Syscall::Send, endpoint, {8});
    turn_to(server);
    call(server, Syscall::ReplyRecv, endpoint, {5});
    EXPECT_EQ(running(), server) << "in front of those of its own priority";
    scheduler().block(thread(server), ThreadState::Inactive);
    scheduler().next();
    EXPECT_EQ(running(), other) << "the later one in front";
    scheduler().block(thread(other), ThreadState::Inactive);
    scheduler().next();
    EXPECT_EQ(running(), client);
}

TEST_F(Reply, AndReceiveWakesTwoOfHigherPriority) {
    be_called();
    call(other, Syscall::Send, endpoint, {8});
    scheduler().set_priority(thread(client), priority + 1);
    scheduler().set_priority(thread(other), priority + 1);
    call(server, Syscall::ReplyRecv, endpoint, {5});
    EXPECT_EQ(running(), other) << "the later one in front";
}

// --- Who may call, and what comes of it ----------------------------------------------------------

TEST_F(Reply, TakesGrantOrGrantReply) {
    struct Case {
        u64 rights;
        ThreadState then;
    };
    for (const auto& [rights, then] :
         {Case{0b0001, ThreadState::Inactive}, Case{0b0101, ThreadState::BlockedOnReply},
          Case{0b1001, ThreadState::BlockedOnReply}, Case{0b1101, ThreadState::BlockedOnReply}})
        for (const bool receiver_first : {false, true}) {
            mint(free_slot, endpoint, 7, Rights{rights});
            if (receiver_first) call(server, Syscall::Recv, endpoint);
            call(client, Syscall::Call, free_slot, {4});
            if (!receiver_first) call(server, Syscall::Recv, endpoint);
            EXPECT_EQ(received(server).label, 4u) << "it is delivered all the same";
            EXPECT_EQ(state(client), then) << rights;
            EXPECT_EQ(thread(client).restart_pc, svc);
            EXPECT_EQ(caller_slot(server).is_empty(), then == ThreadState::Inactive);
            resume(thread(client), kernel());
            scheduler().next();
            erase(free_slot);
        }
}

TEST_F(Reply, RightsAreThoseOfTheCall) {
    mint(free_slot, endpoint, 7, Rights{0b1001});
    call(client, Syscall::Call, free_slot, {4});
    erase(free_slot);
    call(server, Syscall::Recv, endpoint);
    EXPECT_EQ(state(client), ThreadState::BlockedOnReply);
    EXPECT_EQ(badge(server), 7u);
}

TEST_F(Reply, SendsNeedNone) {
    call(client, Syscall::Send, endpoint);
    call(server, Syscall::Recv, endpoint);
    EXPECT_TRUE(caller_slot(server).is_empty());
}

TEST_F(Reply, OfASendAfterACallIsNone) {
    call(client, Syscall::Call, endpoint);
    suspend(thread(client), kernel());
    resume(thread(client), kernel());
    scheduler().next();
    call(client, Syscall::Send, endpoint);
    call(server, Syscall::Recv, endpoint);
    EXPECT_EQ(state(client), ThreadState::Running);
}

// --- The caller slot -----------------------------------------------------------------------------

TEST_F(Reply, IsThrownAwayByTheNextReceive) {
    for (const Syscall what : {Syscall::Recv, Syscall::NBRecv}) {
        be_called();
        call(server, what, other_endpoint);
        EXPECT_TRUE(caller_slot(server).is_empty());
        EXPECT_EQ(state(client), ThreadState::BlockedOnReply) << "for good";
        resume(thread(client), kernel());
        resume(thread(server), kernel());
        scheduler().next();
    }
}

TEST_F(Reply, IsKeptByAReceiveThatIsRefused) {
    be_called();
    mint(free_slot, endpoint, 0, Rights{1});
    for (const u64 cptr : {free_slot, free_slot + 1, nowhere, root}) {
        testing::internal::CaptureStderr();
        call(server, Syscall::Recv, cptr);
        (void)testing::internal::GetCapturedStderr();
        EXPECT_FALSE(caller_slot(server).is_empty());
        resume(thread(server), kernel());
        scheduler().next();
    }
}

TEST_F(Reply, IsKeptByAReceiveFromANotification) {
    be_called();
    call(server, Syscall::NBRecv, notification);
    EXPECT_FALSE(caller_slot(server).is_empty());
}

TEST_F(Reply, BelongsToTheThreadThatReceived) {
    be_called();
    call(other, Syscall::Reply, 0, {5});
    EXPECT_EQ(state(client), ThreadState::BlockedOnReply);
}

// --- SaveCaller ----------------------------------------------------------------------------------

TEST_F(Reply, CanBeSavedAndGivenLater) {
    be_called_and_save();
    EXPECT_TRUE(caller_slot(server).is_empty());
    be_called(other);
    call(server, Syscall::Reply, 0, {6});
    expect_answered(other, 6);
    call(server, Syscall::Send, saved, {5});
    expect_answered(client, 5);
    EXPECT_TRUE(slot(saved).is_empty());
}

TEST_F(Reply, CanBeGivenByEveryKindOfSend) {
    for (const Syscall what : {Syscall::Send, Syscall::NBSend, Syscall::Call}) {
        be_called_and_save();
        thread(server).context.x[2] = 44;
        call(server, what, saved, {99, {4}});
        expect_answered(client, 99);
        EXPECT_EQ(received(client).words, (std::vector<u64>{4}));
        EXPECT_EQ(state(server), ThreadState::Running);
        if (what != Syscall::Call) continue;
        EXPECT_EQ(thread(server).context.x[0], 0u);
        EXPECT_EQ(thread(server).context.x[1], 0u) << "a zero message info";
        EXPECT_EQ(thread(server).context.x[2], 4u);
    }
}

TEST_F(Reply, CanBeGivenByAnother) {
    be_called_and_save();
    call(other, Syscall::Send, saved, {5});
    expect_answered(client, 5);
}

TEST_F(Reply, SavingChecksItsSlot) {
    be_called();
    EXPECT_EQ(invoke(server, root, label::CNodeSaveCaller, {saved}), Error::TruncatedMessage);
    EXPECT_EQ(invoke(server, root, label::CNodeSaveCaller, {saved, 0}), Error::RangeError);
    EXPECT_EQ(invoke(server, root, label::CNodeSaveCaller, {root, 64}), Error::DeleteFirst);
    EXPECT_FALSE(caller_slot(server).is_empty());
    EXPECT_EQ(invoke(other, root, label::CNodeSaveCaller, {saved, 64}), Error::NoError);
    EXPECT_TRUE(slot(saved).is_empty()) << "it has no caller";
    save(saved);
    EXPECT_EQ(slot(saved).cap.type(), CapType::Reply);
}

// --- As a capability -----------------------------------------------------------------------------

TEST_F(Reply, CannotBeCopied) {
    be_called_and_save();
    for (const u64 label : {label::CNodeCopy, label::CNodeMint})
        EXPECT_EQ(invoke(server, root, label, {elsewhere, 64, saved, 64, all, 1}, {root}),
                  Error::IllegalOperation);
    EXPECT_TRUE(slot(elsewhere).is_empty());
}

TEST_F(Reply, CanBeMoved) {
    be_called_and_save();
    EXPECT_EQ(invoke(server, root, label::CNodeMove, {elsewhere, 64, saved, 64}, {root}),
              Error::NoError);
    EXPECT_EQ(invoke(server, root, label::CNodeMutate, {saved, 64, elsewhere, 64, 5}, {root}),
              Error::NoError);
    EXPECT_EQ(invoke(server, small_cnode, label::CNodeMove, {3, 2, saved, 64}, {root}),
              Error::NoError);
    EXPECT_EQ(invoke(server, saved, 0, {}), Error::InvalidCapability);
    EXPECT_EQ(state(client), ThreadState::BlockedOnReply);
    suspend(thread(client), kernel());
    EXPECT_TRUE(small_slot(3).is_empty()) << "it is found wherever it is";
    check();
}

TEST_F(Reply, CanBeRotated) {
    be_called_and_save(client, saved);
    be_called_and_save(other, elsewhere);
    EXPECT_EQ(invoke(server, root, label::CNodeRotate, {saved, 64, 0, elsewhere, 64, 0, saved, 64},
                     {root, root}),
              Error::NoError);
    call(server, Syscall::Send, saved, {5});
    expect_answered(other, 5);
    suspend(thread(client), kernel());
    EXPECT_TRUE(slot(elsewhere).is_empty());
}

TEST_F(Reply, HasNoDescendants) {
    be_called_and_save();
    EXPECT_EQ(invoke(server, root, label::CNodeRevoke, {saved, 64}), Error::NoError);
    EXPECT_FALSE(slot(saved).is_empty());
}

TEST_F(Reply, DeletedLeavesItsCallerWaiting) {
    be_called_and_save();
    erase(saved);
    EXPECT_EQ(state(client), ThreadState::BlockedOnReply);
    resume(thread(client), kernel());
    scheduler().next();
    be_called();
    call(server, Syscall::Reply, 0, {5});
    expect_answered(client, 5);
}

TEST_F(Reply, GoesWithTheCNodeThatItIsIn) {
    be_called_and_save();
    move(slot(saved), small_slot(2));
    erase(small_cnode);
    EXPECT_TRUE(small_slot(2).is_empty());
    EXPECT_EQ(state(client), ThreadState::BlockedOnReply);
}

TEST_F(Reply, GoesWithTheThreadThatReceived) {
    be_called();
    erase(tcbs + server);
    EXPECT_EQ(state(client), ThreadState::BlockedOnReply);
    resume(thread(client), kernel());
}

TEST_F(Reply, IsIdentified) {
    be_called_and_save();
    call(server, Syscall::DebugCapIdentify, saved);
    EXPECT_EQ(thread(server).context.x[0], 8u);
}

// --- What takes it away --------------------------------------------------------------------------

TEST_F(Reply, VanishesWithItsCaller) {
    for (const auto end : {&suspend, &resume})
        for (const bool is_saved : {false, true}) {
            be_called();
            if (is_saved) save(saved);
            end(thread(client), kernel());
            EXPECT_TRUE((is_saved ? slot(saved) : caller_slot(server)).is_empty());
            EXPECT_TRUE(thread(client).slot(ThreadSlot::Reply).is_empty());
            resume(thread(client), kernel());
            scheduler().next();
        }
}

TEST_F(Reply, VanishesWithADeletedCaller) {
    be_called();
    erase(tcbs + client);
    EXPECT_TRUE(caller_slot(server).is_empty());
    EXPECT_TRUE(thread(client).slot(ThreadSlot::Reply).is_empty());
}

TEST_F(Reply, SavedVanishesWithADeletedCaller) {
    be_called_and_save();
    erase(tcbs + client);
    EXPECT_TRUE(slot(saved).is_empty());
    EXPECT_EQ(invoke(server, saved, 0, {}), Error::InvalidCapability);
}

TEST_F(Reply, ToAResumedCallerIsNone) {
    be_called();
    resume(thread(client), kernel());
    scheduler().next();
    EXPECT_EQ(thread(client).context.pc, svc);
    call(server, Syscall::Reply, 0, {5});
    EXPECT_NE(received(client).label, 5u);
    be_called();
    call(server, Syscall::Reply, 0, {6});
    expect_answered(client, 6);
}

using ReplyDeathTest = Reply;

TEST_F(ReplyDeathTest, InvariantsSeeACallerThatDoesNotWait) {
    be_called();
    thread(client).state = ThreadState::Running;
    EXPECT_DEATH(check(), "who can be answered waits for an answer");
    thread(client).state = ThreadState::BlockedOnReply;
}

TEST_F(Reply, AndTheEndOfTheEndpointHaveNothingToDoWithEachOther) {
    be_called();
    erase(endpoint);
    EXPECT_EQ(state(client), ThreadState::BlockedOnReply);
    call(server, Syscall::Reply, 0, {5});
    expect_answered(client, 5);
}

// --- CancelBadgedSends ---------------------------------------------------------------------------

class Cancel : public ReplyTest {
  protected:
    void SetUp() override {
        mint(free_slot + 1, endpoint, 11);
        mint(free_slot + 2, endpoint, 22);
    }

    Error cancel(u64 cptr) {
        return invoke(server, root, label::CNodeCancelBadgedSends, {cptr, 64});
    }
};

TEST_F(Cancel, SendsAwayThoseWithOneBadge) {
    for (const usize who : {usize{1}, usize{2}, usize{3}, usize{4}})
        call(who, who % 2 == 0 ? Syscall::Send : Syscall::Call, free_slot + 1 + who / 3);
    EXPECT_EQ(queue(endpoint), (std::vector<usize>{1, 2, 3, 4}));
    EXPECT_EQ(cancel(free_slot + 1), Error::NoError);
    EXPECT_EQ(queue(endpoint), (std::vector<usize>{3, 4}));
    for (const usize who : {usize{1}, usize{2}}) {
        EXPECT_EQ(state(who), ThreadState::Running);
        EXPECT_EQ(thread(who).context.pc, svc);
    }
    EXPECT_EQ(running(), server) << "before its equals";
    scheduler().block(thread(server), ThreadState::Inactive);
    scheduler().next();
    EXPECT_EQ(running(), 2u) << "the last one in front";
}

TEST_F(Cancel, FindsThemAnywhereInTheQueue) {
    for (const usize who : {usize{1}, usize{2}, usize{3}, usize{4}})
        call(who, Syscall::Send, free_slot + 1 + who % 2);
    EXPECT_EQ(cancel(free_slot + 2), Error::NoError);
    EXPECT_EQ(queue(endpoint), (std::vector<usize>{2, 4}));
    EXPECT_EQ(cancel(free_slot + 1), Error::NoError);
    EXPECT_TRUE(queue(endpoint).empty());
}

TEST_F(Cancel, WithoutABadgeDoesNothing) {
    call(1, Syscall::Send, endpoint);
    call(2, Syscall::Send, free_slot + 1);
    EXPECT_EQ(cancel(endpoint), Error::NoError);
    EXPECT_EQ(queue(endpoint), (std::vector<usize>{1, 2}));
}

TEST_F(Cancel, LeavesReceiversAlone) {
    mint(free_slot + 3, endpoint, 11);
    call(1, Syscall::Recv, free_slot + 1);
    EXPECT_EQ(cancel(free_slot + 1), Error::NoError);
    EXPECT_EQ(queue(endpoint), (std::vector<usize>{1}));
}

TEST_F(Cancel, LeavesThoseAloneWhoseMessageHasBeenTaken) {
    be_called(client, free_slot + 1);
    EXPECT_EQ(cancel(free_slot + 1), Error::NoError);
    EXPECT_EQ(state(client), ThreadState::BlockedOnReply);
}

TEST_F(Cancel, TakesAllRights) {
    call(client, Syscall::Send, free_slot + 1);
    for (u64 rights = 0; rights < all; ++rights) {
        mint(free_slot + 3, free_slot + 1, 0, Rights{rights});
        EXPECT_EQ(cancel(free_slot + 3), Error::IllegalOperation);
        erase(free_slot + 3);
    }
    EXPECT_EQ(cancel(free_slot + 3), Error::IllegalOperation);
    EXPECT_EQ(state(client), ThreadState::BlockedOnSend);
}

// --- Everything at once --------------------------------------------------------------------------

/// Threads that do whatever comes to mind. After each step all that must hold is checked, and that
/// reply capabilities are where they should be.
class Talk : public ReplyTest, public testing::WithParamInterface<u64> {
  protected:
    u64 below(u64 limit) { return random_.next() % limit; }

    usize someone() { return below(size); }

    void talk(usize who) {
        constexpr std::array calls{Syscall::Send, Syscall::NBSend, Syscall::Call,
                                   Syscall::Recv, Syscall::NBRecv, Syscall::ReplyRecv,
                                   Syscall::Reply};
        constexpr std::array places{endpoint, other_endpoint, free_slot, saved, elsewhere};
        const Letter letter{below(100), std::vector<u64>(below(9)),
                            std::vector<u64>(below(3), places[below(4)])};
        testing::internal::CaptureStderr(); // some calls are faults
        call(who, calls[below(calls.size())], places[below(places.size())], letter);
        (void)testing::internal::GetCapturedStderr();
    }

    void act() {
        const usize who = someone();
        switch (below(8)) {
        case 0: suspend(thread(who), kernel()); break;
        case 1: resume(thread(who), kernel()); break;
        case 2: erase(below(2) == 0 ? saved : elsewhere); break;
        case 3:
            if (state(who) == ThreadState::Running)
                (void)invoke(who, root, label::CNodeSaveCaller, {saved + below(2), 64});
            break;
        case 4:
            if (state(who) == ThreadState::Running)
                (void)invoke(who, root, label::CNodeMove, {elsewhere, 64, saved, 64}, {root});
            break;
        default:
            if (state(who) == ThreadState::Running) talk(who);
        }
        scheduler().next();
    }

    /// Who waits for an answer holds a capability to that, with one derived from it at most, and
    /// nobody else does.
    void check_replies() {
        for (usize i = 0; i < size; ++i) {
            const Slot& own = thread(i).slot(ThreadSlot::Reply);
            EXPECT_EQ(own.is_empty(), state(i) != ThreadState::BlockedOnReply);
            EXPECT_EQ(own.previous, nullptr);
            const Slot* const given = own.next.get();
            EXPECT_TRUE(given == nullptr || given->next.get() == nullptr);
        }
    }

  private:
    Random random_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Seeds, Talk, testing::Range<u64>(0, 10));

TEST_P(Talk, LeavesEverythingInOrder) {
    mint(free_slot, endpoint, 3);
    for (unsigned i = 0; i < 1'000; ++i) {
        act();
        check();
        check_replies();
    }
}

} // namespace
} // namespace k::test
