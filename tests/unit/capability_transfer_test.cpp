// Capabilities in messages: which are copied, which unwrapped, and where it ends.
#include "crowd_model.hpp"
#include "lifecycle/thread.hpp"
#include "object/untyped.hpp"

namespace k::test {
namespace {

using abi::Error;
namespace label = abi::label;

class CapabilityTransfer : public CrowdTest {
  protected:
    static constexpr usize server = 0;
    static constexpr usize client = 1;
    static constexpr u64 target = free_slot + 20;
    static constexpr u64 badged = free_slot; ///< to `endpoint`
    static constexpr u64 other_badged = free_slot + 1;

    void SetUp() override {
        mint(badged, endpoint, 11);
        mint(other_badged, other_endpoint, 22);
        ask_for_capability(server, root, target, 64);
        buffer(server).caps_or_badges.fill(rubbish);
    }

    static constexpr u64 rubbish = 0x777;

    /// Sends capabilities to the server. \return how many have been dealt with
    u64 send(const std::vector<u64>& caps, u64 through = endpoint) {
        call(client, Syscall::Send, through, {3, {4}, caps});
        call(server, Syscall::Recv, endpoint);
        EXPECT_EQ(received(server).label, 3u);
        EXPECT_EQ(received(server).words, (std::vector<u64>{4}));
        return info(server)[MessageInfo::extra_caps];
    }

    u64 unwrapped() { return info(server)[MessageInfo::caps_unwrapped]; }

    void expect_nothing_moved(const std::vector<u64>& caps, u64 through = endpoint) {
        EXPECT_EQ(send(caps, through), 0u);
        EXPECT_EQ(unwrapped(), 0u);
        EXPECT_TRUE(slot(target).is_empty());
    }

    u64 badge_of_target() { return slot(target).cap.as<Endpoint>()->badge(); }
};

TEST_F(CapabilityTransfer, CopiesIntoTheReceiveSlot) {
    EXPECT_EQ(send({other_badged}), 1u);
    EXPECT_EQ(unwrapped(), 0u);
    EXPECT_EQ(slot(target).cap, slot(other_badged).cap);
    EXPECT_EQ(buffer(server).caps_or_badges[0], rubbish) << "there is nothing to say of it";
    EXPECT_TRUE(is_parent(slot(other_badged), slot(target))) << "it can be taken back";
}

TEST_F(CapabilityTransfer, CopiesToAReceiverThatWaits) {
    call(server, Syscall::Recv, endpoint);
    call(client, Syscall::Send, endpoint, {3, {}, {other_badged}});
    EXPECT_EQ(info(server)[MessageInfo::extra_caps], 1u);
    EXPECT_EQ(badge_of_target(), 22u);
}

TEST_F(CapabilityTransfer, KeepsRights) {
    mint(free_slot + 2, other_endpoint, 0, Rights{0b0101});
    EXPECT_EQ(send({free_slot + 2}), 1u);
    EXPECT_EQ(slot(target).cap.rights().raw(), 0b0101u);
}

TEST_F(CapabilityTransfer, CopiesOtherTypes) {
    for (const u64 cptr : {root, notification, tcbs + 3, buffers + 3}) {
        EXPECT_EQ(send({cptr}), 1u);
        EXPECT_EQ(slot(target).cap.type(), slot(cptr).cap.type());
        erase(target);
    }
}

TEST_F(CapabilityTransfer, UnwrapsWhatGoesThroughTheSameEndpoint) {
    EXPECT_EQ(send({badged}), 1u);
    EXPECT_EQ(unwrapped(), 0b1u);
    EXPECT_EQ(buffer(server).caps_or_badges[0], 11u);
    EXPECT_TRUE(slot(target).is_empty());
}

TEST_F(CapabilityTransfer, UnwrapsAnyNumber) {
    mint(free_slot + 2, endpoint, 0, Rights{});
    EXPECT_EQ(send({badged, free_slot + 2, endpoint}, badged), 3u) << "rights do not matter";
    EXPECT_EQ(unwrapped(), 0b111u);
    EXPECT_EQ(buffer(server).caps_or_badges, (std::array<u64, 3>{11, 0, 0}));
}

TEST_F(CapabilityTransfer, UnwrapsBeforeAndAfterItCopies) {
    EXPECT_EQ(send({badged, other_badged, badged}), 3u);
    EXPECT_EQ(unwrapped(), 0b101u);
    EXPECT_EQ(buffer(server).caps_or_badges, (std::array<u64, 3>{11, rubbish, 11}));
    EXPECT_EQ(badge_of_target(), 22u);
}

TEST_F(CapabilityTransfer, UnwrapsWithoutAReceiveSlot) {
    ask_for_capability(server, root, target, 0);
    EXPECT_EQ(send({badged, badged, other_badged}), 2u);
    EXPECT_EQ(unwrapped(), 0b11u);
}

TEST_F(CapabilityTransfer, EndsAtTheSecondThatNeedsASlot) {
    EXPECT_EQ(send({other_badged, other_endpoint, badged}), 1u);
    EXPECT_EQ(unwrapped(), 0u) << "the third is not looked at";
    EXPECT_EQ(badge_of_target(), 22u);
}

TEST_F(CapabilityTransfer, EndsAtOneThatCannotBeCopied) {
    EXPECT_EQ(send({badged, free_slot + 5, badged}), 1u) << "an empty slot";
    EXPECT_EQ(unwrapped(), 0b1u);
    EXPECT_TRUE(slot(target).is_empty());

    alignas(4096) static std::array<u8, 4096> memory;
    plant(slot(free_slot + 5), Cap<Untyped>::make(arch::window.phys(memory.data()), 12, false, 0));
    derive(slot(free_slot + 6), Cap<Untyped>::make(arch::window.phys(memory.data()), 4, false, 0),
           slot(free_slot + 5), Birth::Original);
    slot(free_slot + 5).cap = slot(free_slot + 5).cap.as<Untyped>()->with_watermark(16);
    expect_nothing_moved({free_slot + 5, badged});
}

TEST_F(CapabilityTransfer, ReplyCapabilitiesStayWhereTheyAre) {
    call(2, Syscall::Call, endpoint);
    call(client, Syscall::Recv, endpoint);
    EXPECT_EQ(invoke(client, root, label::CNodeSaveCaller, {free_slot + 5, 64}), Error::NoError);
    expect_nothing_moved({free_slot + 5});
    EXPECT_FALSE(slot(free_slot + 5).is_empty());
}

TEST_F(CapabilityTransfer, TakesTheSendersRightToGrant) {
    mint(free_slot + 2, endpoint, 5, Rights{0b1011});
    expect_nothing_moved({other_badged}, free_slot + 2);
    expect_nothing_moved({badged}, free_slot + 2);
}

TEST_F(CapabilityTransfer, TakesGrantOfTheSenderAlone) {
    mint(free_slot + 2, endpoint, 0, Rights{0b0010});
    call(client, Syscall::Send, endpoint, {3, {}, {other_badged}});
    call(server, Syscall::Recv, free_slot + 2);
    EXPECT_EQ(badge_of_target(), 22u);
}

TEST_F(CapabilityTransfer, GrantIsThatOfTheCall) {
    mint(free_slot + 2, endpoint, 5);
    call(client, Syscall::Send, free_slot + 2, {3, {}, {other_badged}});
    erase(free_slot + 2);
    call(server, Syscall::Recv, endpoint);
    EXPECT_EQ(badge_of_target(), 22u);
}

TEST_F(CapabilityTransfer, TakesBothBuffers) {
    weaken_buffer(client, Rights{2});
    EXPECT_EQ(send({other_badged}), 1u) << "a sender only reads";
    erase(target);
    weaken_buffer(server, Rights{2});
    expect_nothing_moved({other_badged});
    weaken_buffer(server, Rights{});
    expect_nothing_moved({badged});
}

TEST_F(CapabilityTransfer, TakesTheSendersBufferAsItIsThen) {
    call(client, Syscall::Send, endpoint, {3, {}, {other_badged}});
    weaken_buffer(client, Rights{});
    call(server, Syscall::Recv, endpoint);
    EXPECT_EQ(info(server)[MessageInfo::extra_caps], 0u);
    EXPECT_TRUE(slot(target).is_empty());
}

TEST_F(CapabilityTransfer, LooksUpAgainWhenTheMessageMoves) {
    call(client, Syscall::Send, endpoint, {3, {}, {badged, other_badged}});
    buffer(client).caps_or_badges[1] = nowhere;
    call(server, Syscall::Recv, endpoint);
    EXPECT_EQ(info(server)[MessageInfo::extra_caps], 0u) << "one is missing, so none comes";
    EXPECT_EQ(unwrapped(), 0u);

    call(client, Syscall::Send, endpoint, {3, {}, {other_badged}});
    erase(other_badged);
    call(server, Syscall::Recv, endpoint);
    EXPECT_EQ(info(server)[MessageInfo::extra_caps], 0u);

    mint(other_badged, other_endpoint, 33);
    call(client, Syscall::Send, endpoint, {3, {}, {endpoint}});
    buffer(client).caps_or_badges[0] = other_badged;
    call(server, Syscall::Recv, endpoint);
    EXPECT_EQ(badge_of_target(), 33u) << "what is there then";
}

TEST_F(CapabilityTransfer, GoesByTheSendersCSpaceAsItIsThen) {
    call(client, Syscall::Send, endpoint, {3, {}, {other_badged}});
    remove(thread(client).slot(ThreadSlot::CSpaceRoot));
    call(server, Syscall::Recv, endpoint);
    EXPECT_EQ(info(server)[MessageInfo::extra_caps], 0u);
}

// --- Receive slots -------------------------------------------------------------------------------

TEST_F(CapabilityTransfer, WrongReceiveSlotsAreNone) {
    struct Place {
        u64 cnode, index, depth;
    };
    for (const auto& [cnode, index, depth] :
         {Place{nowhere, target, 64}, Place{endpoint, target, 64}, Place{free_slot + 9, target, 64},
          Place{root, target, 0}, Place{root, target, 65}, Place{root, target, ~u64{0}},
          Place{root, nowhere, 64}, Place{root, target, 63}, Place{root, other_endpoint, 64},
          Place{small_cnode, 0, 64}, Place{small_cnode, 0, 1}, Place{root, 0, 64}}) {
        ask_for_capability(server, cnode, index, depth);
        if (index == 0 && cnode == root) plant(slot(0), slot(notification).cap);
        expect_nothing_moved({other_badged});
    }
}

TEST_F(CapabilityTransfer, AReceiveSlotMayBeInAnyCNode) {
    ask_for_capability(server, small_cnode, 0xf3, 2); // two bits count
    EXPECT_EQ(send({other_badged}), 1u);
    EXPECT_EQ(small_slot(3).cap, slot(other_badged).cap);
}

TEST_F(CapabilityTransfer, AReceiveSlotIsLookedUpWhenTheMessageMoves) {
    call(server, Syscall::Recv, endpoint);
    ask_for_capability(server, small_cnode, 1, 2);
    call(client, Syscall::Send, endpoint, {3, {}, {other_badged}});
    EXPECT_FALSE(small_slot(1).is_empty());
}

TEST_F(CapabilityTransfer, TheSlotThatIsSentCanBeTheReceiveSlotOnlyIfItIsEmpty) {
    ask_for_capability(server, root, other_badged, 64);
    expect_nothing_moved({other_badged});
    ask_for_capability(server, root, target, 64);
    expect_nothing_moved({target});
}

TEST_F(CapabilityTransfer, WhatHasJustArrivedIsNotSentOn) {
    EXPECT_EQ(send({other_badged, target}), 1u);
    EXPECT_EQ(badge_of_target(), 22u);
}

// --- Answers -------------------------------------------------------------------------------------

class AnswerTransfer : public CapabilityTransfer {
  protected:
    /// The client calls, and is answered with capabilities, through the capabilities that each
    /// uses.
    u64 answer(const std::vector<u64>& caps, u64 called, u64 received) {
        ask_for_capability(client, root, target, 64);
        call(client, Syscall::Call, called);
        call(server, Syscall::Recv, received);
        call(server, Syscall::Reply, 0, {3, {}, caps});
        EXPECT_EQ(state(client), ThreadState::Running);
        EXPECT_EQ(info(client)[MessageInfo::caps_unwrapped], 0u);
        return info(client)[MessageInfo::extra_caps];
    }
};

TEST_F(AnswerTransfer, BringsCapabilitiesIfTheReceiverMayGrant) {
    mint(free_slot + 2, endpoint, 0, Rights{0b1011});
    EXPECT_EQ(answer({other_badged}, endpoint, endpoint), 1u);
    EXPECT_EQ(badge_of_target(), 22u);
    erase(target);
    EXPECT_EQ(answer({other_badged}, endpoint, free_slot + 2), 0u);
    EXPECT_TRUE(slot(target).is_empty());
    EXPECT_EQ(answer({other_badged}, free_slot + 2, endpoint), 1u) << "the caller needs none";
}

TEST_F(AnswerTransfer, RightsAreThoseWithWhichTheReceiverWaited) {
    mint(free_slot + 2, endpoint, 0, Rights{0b1011});
    for (const bool may_grant : {false, true}) {
        ask_for_capability(client, root, target, 64);
        call(server, Syscall::Recv, may_grant ? endpoint : free_slot + 2);
        call(client, Syscall::Call, endpoint);
        call(server, Syscall::Reply, 0, {3, {}, {other_badged}});
        EXPECT_EQ(info(client)[MessageInfo::extra_caps], u64{may_grant});
    }
}

TEST_F(AnswerTransfer, NeverUnwraps) {
    EXPECT_EQ(answer({badged}, endpoint, endpoint), 1u);
    EXPECT_EQ(badge_of_target(), 11u) << "copied like any other";
    erase(target);
    EXPECT_EQ(answer({badged, badged}, endpoint, endpoint), 1u);
}

TEST_F(AnswerTransfer, DoesNotBringItself) {
    call(client, Syscall::Call, endpoint);
    call(server, Syscall::Recv, endpoint);
    EXPECT_EQ(invoke(server, root, label::CNodeSaveCaller, {free_slot + 2, 64}), Error::NoError);
    ask_for_capability(client, root, target, 64);
    call(server, Syscall::Send, free_slot + 2, {3, {}, {free_slot + 2}});
    EXPECT_EQ(info(client)[MessageInfo::extra_caps], 0u);
    EXPECT_TRUE(slot(target).is_empty());
    EXPECT_TRUE(slot(free_slot + 2).is_empty());
}

TEST_F(AnswerTransfer, DoesNotFindRoomWhereItWasItself) {
    call(client, Syscall::Call, endpoint);
    call(server, Syscall::Recv, endpoint);
    EXPECT_EQ(invoke(server, root, label::CNodeSaveCaller, {free_slot + 2, 64}), Error::NoError);
    ask_for_capability(client, root, free_slot + 2, 64);
    call(server, Syscall::Send, free_slot + 2, {3, {}, {other_badged}});
    EXPECT_EQ(info(client)[MessageInfo::extra_caps], 0u);
    EXPECT_TRUE(slot(free_slot + 2).is_empty());
}

TEST_F(AnswerTransfer, ComesBeforeTheNextReceive) {
    ask_for_capability(client, root, target, 64);
    call(client, Syscall::Call, endpoint);
    call(server, Syscall::Recv, endpoint);
    call(server, Syscall::ReplyRecv, target, {3, {}, {other_endpoint}});
    EXPECT_EQ(queue(other_endpoint), (std::vector<usize>{server}))
        << "it receives through what it has just given";
}

} // namespace
} // namespace k::test
