// Send, NBSend and Call to kernel objects: lookups, the order of checks, answers.
#include "syscall/reply.hpp"
#include "world_model.hpp"

namespace k::test {
namespace {

using abi::Error;

constexpr u64 nowhere = bit(40); // the root's guard has other bits
constexpr std::array all_modes{SendMode::Send, SendMode::NBSend, SendMode::Call};

class SendTest : public WorldTest {
  protected:
    /// What happens to the current message in every mode.
    void expect_cap_fault(u64 cptr, const LookupFailure& failure) {
        const auto before = thread().context.x;
        const auto memory_before = snapshot();
        for (const SendMode mode : all_modes) {
            const auto exit = system_call(mode);
            ASSERT_FALSE(exit);
            EXPECT_EQ(exit.error().cptr, cptr);
            EXPECT_EQ(exit.error().failure, failure);
        }
        EXPECT_EQ(thread().context.x, before);
        EXPECT_TRUE(snapshot() == memory_before);
    }

    static constexpr auto guard_mismatch = LookupFailure::guard_mismatch(64, 0, 64 - root_radix);
};

TEST_F(SendTest, AnswersCallAlone) {
    for (const SendMode mode : {SendMode::Send, SendMode::NBSend}) {
        load(free_slot, 77, {1, 2, 3, 4});
        const auto before = thread().context.x;
        const auto exit = system_call(mode);
        ASSERT_TRUE(exit);
        EXPECT_EQ(*exit, KernelExit::Resume);
        EXPECT_EQ(thread().context.x, before);
    }
    load(free_slot, 77, {1, 2, 3, 4});
    EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Resume);
    EXPECT_EQ(answer(), error(Error::InvalidCapability, {0}));
    EXPECT_EQ(thread().context.x[3], 2u) << "a register beyond the answer's length";
}

TEST_F(SendTest, ActsWithoutAnAnswer) {
    for (const SendMode mode : {SendMode::Send, SendMode::NBSend}) {
        const u64 target = free_slot + u64(mode);
        load(untyped, abi::label::UntypedRetype, {0, 4, 0, 0, target, 1}, {root});
        const auto before = thread().context.x;
        EXPECT_EQ(*system_call(mode), KernelExit::Resume);
        EXPECT_EQ(thread().context.x, before);
        EXPECT_EQ(slot(target).cap.type(), CapType::Untyped);
    }
}

TEST_F(SendTest, LeavesOtherRegistersAlone) {
    thread().context.x.fill(0x5555);
    load(free_slot, 0, {});
    EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Resume);
    for (usize i = 3; i < 31; ++i)
        EXPECT_EQ(thread().context.x[i], 0x5555u) << "x" << i;
}

TEST_F(SendTest, LooksUpTheInvokedCapabilityFirst) {
    load(nowhere, 0, {}, {nowhere + 1});
    expect_cap_fault(nowhere, guard_mismatch);
}

TEST_F(SendTest, LooksUpExtraCapabilitiesInOrderAndBeforeItDecodes) {
    load(untyped, 99, {}, {root, nowhere + 1, nowhere + 2});
    expect_cap_fault(nowhere + 1, guard_mismatch);
}

TEST_F(SendTest, LooksUpNoMoreCapabilitiesThanThereAre) {
    load(untyped, 99, {}, {root, root, nowhere});
    thread().context.x[1] =
        abi::MessageInfo{thread().context.x[1]}.with(abi::MessageInfo::extra_caps, 2).raw();
    EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Resume);
    EXPECT_EQ(answer(), error(Error::IllegalOperation));
}

TEST_F(SendTest, HasNoExtraCapabilitiesWithoutABuffer) {
    load(untyped, 99, {}, {nowhere});
    drop_buffer();
    EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Resume);
    EXPECT_EQ(answer(), error(Error::IllegalOperation));
}

TEST_F(SendTest, NeedsACSpace) {
    load(root, 0, {});
    thread().slot(ThreadSlot::CSpaceRoot) = {};
    expect_cap_fault(root, LookupFailure::invalid_root());
}

TEST_F(SendTest, NeedsEnoughBits) {
    Slot& own = thread().slot(ThreadSlot::CSpaceRoot);
    using abi::CNodeData;
    own.cap =
        Cap<CNode>::make(own.cap.address(), root_radix,
                         CNodeData{}.with(CNodeData::guard_size, 12).with(CNodeData::guard, 5));
    load(5ul << 52, 0, {});
    EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Resume)
        << "bits that are left over do not matter";
    EXPECT_EQ(answer(), error(Error::InvalidCapability, {0}));
    load(4ul << 52, 0, {});
    expect_cap_fault(4ul << 52, LookupFailure::guard_mismatch(64, 5, 12));
}

TEST_F(SendTest, CutsMessagesToTheirLimit) {
    load(free_slot, 0, {});
    thread().context.x[1] = abi::MessageInfo{}.with(abi::MessageInfo::length, 127).raw();
    EXPECT_EQ(Message{thread()}.length(), 120u);
    drop_buffer();
    EXPECT_EQ(Message{thread()}.length(), 4u);
}

TEST_F(SendTest, KnowsWhoseMethodIsWhose) {
    EXPECT_EQ(invoke(root, abi::label::UntypedRetype, {}), error(Error::IllegalOperation));
}

TEST_F(SendTest, AnswersInRegistersAndBuffer) {
    const auto answer_of = [&](u64 words) {
        ResultWords results{&thread()};
        for (u64 word = 11; word < 11 + words; ++word)
            results.add(word);
        reply(thread(), abi::Error::IllegalOperation, results);
        return answer();
    };
    EXPECT_EQ(answer_of(6), (Answer{3, {11, 12, 13, 14, 15, 16}}));
    drop_buffer();
    EXPECT_EQ(answer_of(6), (Answer{3, {11, 12, 13, 14}}));
    ResultWords lost{nullptr};
    lost.add(1);
    EXPECT_EQ(lost.length(), 0u) << "nobody waits for it";
}

} // namespace
} // namespace k::test
