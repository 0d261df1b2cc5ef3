// Faults as messages: SEMANTICS, "Faults", a test for each sentence.
#include "abi/faults.hpp"
#include "abi/message.hpp"
#include "ipc/fault.hpp"
#include "ipc/reply.hpp"
#include "lifecycle/thread.hpp"
#include "object/cnode.hpp"
#include "object/notification.hpp"
#include "syscall/handle_fault.hpp"
#include "threads.hpp"

namespace k {
namespace {

namespace words = abi::fault;
using abi::MessageInfo;
using arch::Esr;

constexpr u64 fault_pc = 0x40'0100;
constexpr u64 next_pc = 0x40'0104;
constexpr u64 untouched = 0x5555;
constexpr u64 badge = 0x77;
constexpr Esr write_fault{0x9200'0046};

/// Where a thread's IPC buffer is.
struct alignas(page_bytes) BufferPage {
    abi::IpcBuffer buffer;
};

/// A thread that faults, the one that handles it, and an endpoint between them.
class FaultTest : public test::ThreadsTest {
  protected:
    static constexpr u64 handler_slot = 3; ///< in the faulting thread's CSpace

    FaultTest() {
        faulty_.context.sp = 0x7000;
        faulty_.context.pc = next_pc;
        faulty_.context.pstate = arch::Spsr::of_user(0x6000'0000);
        for (usize i = 0; i < faulty_.context.x.size(); ++i)
            faulty_.context.x[i] = 0x100 + i;
        const auto guard = abi::CNodeData{}.with(abi::CNodeData::guard_size, 60);
        faulty_.slot(ThreadSlot::CSpaceRoot).cap =
            Cap<CNode>::make(arch::window.phys(slots_.data()), 4, guard);
        faulty_.fault_handler = handler_slot;
        set_handler(all_rights);
        give_buffer(handler_, page_);
    }

    void set_handler(Rights rights) {
        slots_[handler_slot].cap =
            Cap<Endpoint>::make(arch::window.phys(&endpoint_), badge, rights);
    }

    static void give_buffer(Tcb& thread, BufferPage& page) {
        thread.slot(ThreadSlot::IpcBuffer).cap =
            Cap<Frame>::make(arch::window.phys(&page), arch::PageSize::Small, false);
    }

    [[nodiscard]] Cap<Endpoint> door() const {
        return *Cap<Endpoint>::make(arch::window.phys(&endpoint_)).as<Endpoint>();
    }

    /// The handler waits for a fault.
    void listen() {
        if (handler_.state != ThreadState::Running) scheduler_.resume(handler_);
        EXPECT_EQ(decide(), 'h');
        handler_.context.x.fill(untouched);
        page_.buffer.message.fill(untouched);
        receive(scheduler_, handler_, door(), true);
        (void)decide();
    }

    /// \returns what is printed
    std::string raise(const Fault& fault) {
        if (faulty_.state != ThreadState::Running) scheduler_.resume(faulty_);
        (void)decide();
        faulty_.context.pc = next_pc;
        faulty_.fault = fault;
        testing::internal::CaptureStderr();
        handle_fault(scheduler_, faulty_, fault_pc);
        return testing::internal::GetCapturedStderr();
    }

    /// A fault about which the handler, which waits for it, hears.
    void deliver(const Fault& fault) {
        listen();
        EXPECT_EQ(raise(fault), "");
        EXPECT_EQ(faulty_.state, ThreadState::BlockedOnReply);
        EXPECT_EQ(decide(), 'h');
    }

    /// The words of the message that the handler has, by its length.
    [[nodiscard]] std::vector<u64> message(abi::Fault label) const {
        const auto& x = handler_.context.x;
        const MessageInfo info{x[1]};
        EXPECT_EQ(x[0], badge);
        EXPECT_EQ(info[MessageInfo::label], static_cast<u64>(label));
        EXPECT_EQ(info[MessageInfo::extra_caps], 0u);
        EXPECT_EQ(info[MessageInfo::caps_unwrapped], 0u);
        std::vector<u64> message;
        for (usize i = 0; i < info[MessageInfo::length]; ++i)
            message.push_back(i < abi::message_registers ? x[2 + i] : page_.buffer.message[i]);
        return message;
    }

    /// The handler answers with as many words, 0xa0, 0xa1 and so on.
    void answer(u64 label, u64 length) {
        for (usize i = 0; i < abi::message_words; ++i)
            page_.buffer.message[i] = 0xa0 + i;
        for (usize i = 0; i < abi::message_registers; ++i)
            handler_.context.x[2 + i] = 0xa0 + i;
        handler_.context.x[1] = MessageInfo{}
                                    .with(MessageInfo::label, label)
                                    .with(MessageInfo::extra_caps, 3)
                                    .with(MessageInfo::length, length)
                                    .raw();
        reply(scheduler_, handler_, handler_.slot(ThreadSlot::Caller));
        EXPECT_TRUE(handler_.slot(ThreadSlot::Caller).is_empty());
        EXPECT_FALSE(faulty_.has_fault());
        (void)decide();
    }

    /// The fault is over, and the thread goes on there.
    void expect_running_at(u64 pc) const {
        EXPECT_EQ(faulty_.state, ThreadState::Running);
        EXPECT_EQ(faulty_.context.pc, pc);
    }

    Tcb& handler_ = thread('h', 20);
    Tcb& faulty_ = running('f', 10);
    alignas(16) Endpoint endpoint_{};
    BufferPage page_{};
    alignas(bit(9)) std::array<Slot, 16> slots_{};
};

// --- Messages -----------------------------------------------------------------------------------

TEST_F(FaultTest, AVmFaultSaysWhereAndWhat) {
    deliver(VmFault{0x8000, false, write_fault});
    EXPECT_EQ(message(abi::Fault::VMFault),
              (std::vector<u64>{fault_pc, 0x8000, 0, write_fault.raw()}));
    for (usize i = 6; i < handler_.context.x.size(); ++i)
        EXPECT_EQ(handler_.context.x[i], untouched);
}

TEST_F(FaultTest, AFetchIsAPrefetchFault) {
    deliver(VmFault{0x8000, true, Esr{0x8200'0006}});
    EXPECT_EQ(message(abi::Fault::VMFault), (std::vector<u64>{fault_pc, 0x8000, 1, 0x8200'0006}));
}

TEST_F(FaultTest, TheSyndromeHas32Bits) {
    deliver(VmFault{0x8000, false, Esr{0x3'9200'0046}});
    EXPECT_EQ(message(abi::Fault::VMFault)[words::VMFault::status], 0x9200'0046u);
    answer(0, 0);
    deliver(UserException{Esr{0x3'f200'0001}});
    EXPECT_EQ(message(abi::Fault::UserException)[words::UserException::number], 0xf200'0001u);
}

TEST_F(FaultTest, AnUnknownSyscallShowsTheRegisters) {
    deliver(UnknownSyscall{42});
    EXPECT_EQ(message(abi::Fault::UnknownSyscall),
              (std::vector<u64>{0x100, 0x101, 0x102, 0x103, 0x104, 0x105, 0x106, 0x107, fault_pc,
                                0x7000, next_pc, faulty_.context.pstate.raw(), 42}));
}

TEST_F(FaultTest, AUserExceptionSaysWhatTheProcessorSays) {
    deliver(UserException{Esr{0x1fe0'0000}});
    EXPECT_EQ(message(abi::Fault::UserException),
              (std::vector<u64>{fault_pc, 0x7000, faulty_.context.pstate.raw(), 0x1fe0'0000, 0}));
}

TEST_F(FaultTest, ACapFaultSaysWhatWasLookedForAndWhyItWasNotFound) {
    struct Row {
        LookupFailure failure;
        std::vector<u64> words;
    };
    const std::array rows{
        Row{LookupFailure::invalid_root(), {1}},
        Row{LookupFailure::missing_capability(7), {2, 7}},
        Row{LookupFailure::depth_mismatch(7, 9), {3, 7, 9}},
        Row{LookupFailure::guard_mismatch(7, 0x12, 9), {4, 7, 0x12, 9}},
    };
    for (const Row& row : rows) {
        for (const bool receiving : {false, true}) {
            deliver(CapFault{0xcafe, row.failure, receiving});
            std::vector<u64> expected{fault_pc, 0xcafe, u64{receiving}};
            expected.insert(expected.end(), row.words.begin(), row.words.end());
            EXPECT_EQ(message(abi::Fault::CapFault), expected);
            answer(0, 0);
        }
    }
}

TEST_F(FaultTest, WithoutABufferTheHandlerGetsFourWords) {
    handler_.slot(ThreadSlot::IpcBuffer) = {};
    deliver(UnknownSyscall{42});
    EXPECT_EQ(message(abi::Fault::UnknownSyscall), (std::vector<u64>{0x100, 0x101, 0x102, 0x103}));
    answer(0, 0);
    deliver(CapFault{0xcafe, LookupFailure::missing_capability(7)});
    EXPECT_EQ(message(abi::Fault::CapFault), (std::vector<u64>{fault_pc, 0xcafe, 0, 2}));
    EXPECT_EQ(page_.buffer.message[4], untouched);
}

TEST_F(FaultTest, ABusyHandlerHearsOfItLater) {
    EXPECT_EQ(raise(VmFault{0x8000, false, write_fault}), "");
    EXPECT_EQ(faulty_.state, ThreadState::BlockedOnSend);
    EXPECT_EQ(decide(), '-');
    listen();
    EXPECT_EQ(faulty_.state, ThreadState::BlockedOnReply);
    EXPECT_EQ(message(abi::Fault::VMFault),
              (std::vector<u64>{fault_pc, 0x8000, 0, write_fault.raw()}));
    answer(0, 0);
    expect_running_at(fault_pc);
}

TEST_F(FaultTest, WhatTheThreadHasInItsRegistersIsNoMessage) {
    faulty_.context.x[1] = MessageInfo{}
                               .with(MessageInfo::extra_caps, 3)
                               .with(MessageInfo::length, 120)
                               .with(MessageInfo::label, 9)
                               .raw();
    deliver(VmFault{0x8000, false, write_fault});
    EXPECT_EQ(message(abi::Fault::VMFault).size(), 4u);
}

// --- Handlers -----------------------------------------------------------------------------------

TEST_F(FaultTest, AHandlerMustBeHeardAndAbleToAnswer) {
    using R = Rights;
    for (u64 raw = 0; raw < 16; ++raw) {
        const Rights rights{raw};
        const bool usable = rights[R::write] && (rights[R::grant] || rights[R::grant_reply]);
        set_handler(rights);
        EXPECT_EQ(raise(UnknownSyscall{42}).empty(), usable) << raw;
        EXPECT_EQ(faulty_.state, usable ? ThreadState::BlockedOnSend : ThreadState::Inactive);
        EXPECT_EQ(faulty_.has_fault(), usable);
        cancel_wait(faulty_);
        scheduler_.suspend(faulty_);
    }
}

TEST_F(FaultTest, WithoutAHandlerTheThreadStopsAndCanBeSetGoingAgain) {
    const auto before = faulty_.context;
    const auto expect_stopped = [&] {
        EXPECT_EQ(raise(UnknownSyscall{42}),
                  "thread killed: unknown system call 42\n"
                  "  at pc 0x0000000000400100, lr 0x000000000000011e, sp 0x0000000000007000\n");
        EXPECT_EQ(faulty_.state, ThreadState::Inactive);
        EXPECT_EQ(faulty_.context.x, before.x);
        EXPECT_EQ(decide(), '-');
        scheduler_.resume(faulty_);
        EXPECT_EQ(decide(), 'f');
        EXPECT_EQ(faulty_.context.pc, fault_pc);
    };
    slots_[handler_slot] = {};
    expect_stopped();
    alignas(32) Notification notification{};
    slots_[handler_slot].cap = Cap<Notification>::make(arch::window.phys(&notification));
    expect_stopped();
    faulty_.fault_handler = bit(40); // the guard has other bits
    expect_stopped();
    faulty_.slot(ThreadSlot::CSpaceRoot) = {};
    expect_stopped();
}

TEST_F(FaultTest, TheReportSaysWhatItWas) {
    slots_[handler_slot] = {};
    const std::string at =
        "\n  at pc 0x0000000000400100, lr 0x000000000000011e, sp 0x0000000000007000\n";
    EXPECT_EQ(raise(VmFault{0x8000, false, write_fault}),
              "thread killed: write to 0x0000000000008000: translation fault, level 2, ESR "
              "0x92000046" +
                  at);
    EXPECT_EQ(raise(UserException{Esr{0x8a00'0000}}),
              "thread killed: jump to 0x0000000000400100: PC alignment fault, ESR 0x8a000000" + at);
    EXPECT_EQ(raise(CapFault{0x123, LookupFailure::depth_mismatch(7, 9), true}),
              "thread killed: CPtr 0x123 leads nowhere: DepthMismatch 0x7 0x9" + at);
}

// --- Answers ------------------------------------------------------------------------------------

TEST_F(FaultTest, AnyAnswerRestartsAfterAVmFaultOrACapFault) {
    const auto x = faulty_.context.x;
    for (const u64 label : std::array<u64, 3>{0, 5, 77}) {
        for (const u64 length : std::array<u64, 3>{0, 4, 120}) {
            deliver(VmFault{0x8000, false, write_fault});
            answer(label, length);
            expect_running_at(fault_pc);
            deliver(CapFault{0xcafe, LookupFailure::invalid_root()});
            answer(label, length);
            expect_running_at(fault_pc);
        }
    }
    EXPECT_EQ(faulty_.context.x, x);
    EXPECT_EQ(faulty_.context.sp, 0x7000u);
}

TEST_F(FaultTest, AnAnswerToAnUnknownSyscallSetsRegisters) {
    using Words = words::UnknownSyscall;
    const auto before = faulty_.context;
    for (u64 length = 0; length < 16; ++length) {
        faulty_.context = before;
        deliver(UnknownSyscall{42});
        answer(0, length);
        auto x = before.x;
        for (usize i = 0; i < std::min<u64>(length, 8); ++i)
            x[i] = 0xa0 + i;
        EXPECT_EQ(faulty_.context.x, x) << length;
        expect_running_at(length > Words::ip ? 0xa0 + Words::ip : fault_pc);
        EXPECT_EQ(faulty_.context.sp, length > Words::sp ? 0xa0 + Words::sp : before.sp);
        const auto pstate = length > Words::spsr ? arch::Spsr::of_new_thread() : before.pstate;
        EXPECT_EQ(faulty_.context.pstate, pstate) << length;
    }
}

TEST_F(FaultTest, AnAnswerToAUserExceptionSetsRegisters) {
    using Words = words::UserException;
    const auto before = faulty_.context;
    for (u64 length = 0; length < 8; ++length) {
        faulty_.context = before;
        deliver(UserException{Esr{0xf200'0001}});
        answer(0, length);
        EXPECT_EQ(faulty_.context.x, before.x);
        expect_running_at(length > Words::ip ? 0xa0 + Words::ip : fault_pc);
        EXPECT_EQ(faulty_.context.sp, length > Words::sp ? 0xa0 + Words::sp : before.sp);
        const auto pstate = length > Words::spsr ? arch::Spsr::of_new_thread() : before.pstate;
        EXPECT_EQ(faulty_.context.pstate, pstate) << length;
    }
}

TEST_F(FaultTest, NobodyGetsMoreThanFlagsIntoPstate) {
    deliver(UserException{Esr{0xf200'0001}});
    handler_.context.x[1] = MessageInfo{}.with(MessageInfo::length, 3).raw();
    handler_.context.x[4] = ~u64{0};
    reply(scheduler_, handler_, handler_.slot(ThreadSlot::Caller));
    EXPECT_EQ(faulty_.context.pstate.raw(), 0xf000'0040u);
}

TEST_F(FaultTest, WithoutABufferTheHandlersAnswerHasFourWords) {
    handler_.slot(ThreadSlot::IpcBuffer) = {};
    deliver(UnknownSyscall{42});
    answer(0, 12);
    EXPECT_EQ(faulty_.context.x[3], 0xa3u);
    EXPECT_EQ(faulty_.context.x[4], 0x104u);
    expect_running_at(fault_pc);
}

TEST_F(FaultTest, AnyOtherLabelLeavesTheThreadStopped) {
    for (const Fault& fault : {Fault{UnknownSyscall{42}}, Fault{UserException{Esr{0}}}}) {
        deliver(fault);
        answer(1, 1);
        EXPECT_EQ(faulty_.state, ThreadState::Inactive);
        scheduler_.suspend(handler_);
        EXPECT_EQ(decide(), '-');
        scheduler_.resume(faulty_);
        EXPECT_EQ(decide(), 'f');
    }
    EXPECT_EQ(faulty_.context.pc, 0xa0u) << "the word of the last answer that is its IP";
}

TEST_F(FaultTest, ANewPcCountsWhenTheAnswerSaysNothingElse) {
    deliver(UnknownSyscall{42});
    faulty_.context.pc = faulty_.restart_pc = 0x9000; // WriteRegisters
    answer(0, 8);
    expect_running_at(0x9000);
}

TEST_F(FaultTest, TheThreadsOwnMessagesAreAsEver) {
    deliver(VmFault{0x8000, false, write_fault});
    answer(0, 0);
    listen();
    faulty_.context.x[1] = MessageInfo{}.with(MessageInfo::label, 9).raw();
    send(scheduler_, faulty_, door(), SendMode::Call);
    EXPECT_EQ(MessageInfo{handler_.context.x[1]}[MessageInfo::label], 9u);
    EXPECT_EQ(decide(), 'h');
    scheduler_.suspend(handler_);
}

// --- Other ways out -----------------------------------------------------------------------------

TEST_F(FaultTest, AThreadThatIsResumedTriesAgainAndNobodyCanAnswer) {
    deliver(VmFault{0x8000, false, write_fault});
    cancel_wait(faulty_);
    EXPECT_FALSE(faulty_.has_fault());
    EXPECT_TRUE(handler_.slot(ThreadSlot::Caller).is_empty());
    scheduler_.resume(faulty_);
    (void)decide();
    expect_running_at(fault_pc);
}

TEST_F(FaultTest, AThreadThatIsSuspendedForgetsItsFault) {
    (void)raise(VmFault{0x8000, false, write_fault});
    cancel_wait(faulty_);
    scheduler_.suspend(faulty_);
    EXPECT_FALSE(faulty_.has_fault());
    EXPECT_TRUE(endpoint_.queue.empty());
    EXPECT_EQ(faulty_.restart_pc, fault_pc);
}

TEST_F(FaultTest, WhenTheEndpointGoesTheThreadTriesAgain) {
    (void)raise(VmFault{0x8000, false, write_fault});
    EXPECT_EQ(decide(), '-');
    dissolve(scheduler_, endpoint_);
    EXPECT_FALSE(faulty_.has_fault());
    expect_running_at(fault_pc);
    EXPECT_EQ(decide(), 'f');
}

TEST_F(FaultTest, CancelBadgedSendsMakesItTryAgain) {
    (void)raise(VmFault{0x8000, false, write_fault});
    EXPECT_EQ(decide(), '-');
    cancel_sends(scheduler_, endpoint_, badge + 1);
    EXPECT_EQ(faulty_.state, ThreadState::BlockedOnSend);
    cancel_sends(scheduler_, endpoint_, badge);
    EXPECT_FALSE(faulty_.has_fault());
    expect_running_at(fault_pc);
    EXPECT_EQ(decide(), 'f');
}

TEST_F(FaultTest, AHandlerHasAHandlerOfItsOwn) {
    deliver(VmFault{0x8000, false, write_fault});
    testing::internal::CaptureStderr();
    handler_.fault = UnknownSyscall{7}; // and no CSpace
    handle_fault(scheduler_, handler_, 0x50'0000);
    EXPECT_NE(testing::internal::GetCapturedStderr(), "");
    EXPECT_EQ(handler_.state, ThreadState::Inactive);
    EXPECT_EQ(faulty_.state, ThreadState::BlockedOnReply) << "it waits for good";
    EXPECT_EQ(decide(), '-');
}

} // namespace
} // namespace k
