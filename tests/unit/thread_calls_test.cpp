// The methods of TCBs and of the domain capability: SEMANTICS, "TCBs" and "Scheduling".
#include "object/domain.hpp"
#include "world_model.hpp"

#include <cstring>
#include <vector>

namespace k {
namespace {

using abi::Error;
using abi::ObjectType;
using test::Answer;
using test::error;
using test::no_error;
using test::WorldTest;
namespace label = abi::label;

/// A world with a few threads that do nothing yet. The one that calls has priority 100, and may
/// give others up to 200.
class ThreadCallsTest : public WorldTest {
  protected:
    static constexpr u64 self = 1;
    static constexpr u64 tcb = free_slot;       ///< of a new thread
    static constexpr u64 other = free_slot + 1; ///< of another one
    static constexpr u64 endpoint = free_slot + 2;
    static constexpr u64 next_free = free_slot + 3;

    ThreadCallsTest() {
        thread().priority = 100;
        thread().mcp = 200;
        plant(slot(self), Cap<Tcb>::make(arch::window.phys(&thread())));
        EXPECT_EQ(retype(untyped, ObjectType::TCB, 0, tcb, 2), no_error);
        EXPECT_EQ(retype(untyped, ObjectType::Endpoint, 0, endpoint), no_error);
    }

    Tcb& thread_in(u64 index) { return slot(index).cap.as<Tcb>()->thread(); }

    using World::thread;

    /// The thread that runs after all this.
    Tcb* next() {
        Tcb* const next = kernel.scheduler.next();
        check_every_invariant(kernel.scheduler);
        return next;
    }

    /// WriteRegisters with these registers.
    /// \param count  what the message says it is
    Answer write_registers(u64 cptr, const std::vector<u64>& registers,
                           std::optional<u64> count = {}, bool resume = false) {
        load(cptr, label::TCBWriteRegisters, {u64{resume}, count.value_or(registers.size())});
        thread().context.x[1] += registers.size(); // of the length
        for (usize i = 0; i < registers.size(); ++i)
            (i < 2 ? thread().context.x[4 + i] : thread().writable_buffer()->message[2 + i]) =
                registers[i];
        EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Resume);
        return answer();
    }
};

// --- New threads --------------------------------------------------------------------------------

TEST_F(ThreadCallsTest, ANewThreadIsZeroButForAFewThings) {
    Tcb& made = thread_in(tcb);
    EXPECT_EQ(&thread_in(other), &made + 1);
    Tcb expected{};
    EXPECT_EQ(expected.ticks_left, 5);
    EXPECT_EQ(expected.context.pstate.raw(), 0x40u);
    EXPECT_EQ(std::memcmp(&made, &expected, sizeof made), 0) << "what nobody says is zero";
    EXPECT_EQ(slot(tcb).cap.type(), CapType::TCB);
    EXPECT_EQ(made.state, ThreadState::Inactive);
    EXPECT_EQ(made.priority | made.mcp | made.domain, 0);
    EXPECT_EQ(made.flags.raw(), 0u);
}

TEST_F(ThreadCallsTest, OtherMethodsDoNotExist) {
    for (const u64 method : {u64{label::Invalid}, u64{label::UntypedRetype},
                             u64{label::CNodeRevoke}, u64{label::DomainSetSet}, u64{label::End}})
        EXPECT_EQ(invoke(tcb, method, {0, 0, 0, 0}, {self, self, self}),
                  error(Error::IllegalOperation));
}

// --- Priorities ---------------------------------------------------------------------------------

TEST_F(ThreadCallsTest, APriorityIsGivenOnAnAuthority) {
    EXPECT_EQ(invoke(tcb, label::TCBSetPriority, {}, {self}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(tcb, label::TCBSetPriority, {7}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(tcb, label::TCBSetPriority, {7}, {endpoint}),
              error(Error::InvalidCapability, {1}));
    EXPECT_EQ(invoke(tcb, label::TCBSetPriority, {7}, {next_free}),
              error(Error::InvalidCapability, {1}));
    EXPECT_EQ(invoke(tcb, label::TCBSetPriority, {201}, {self}),
              error(Error::RangeError, {0, 200}));
    EXPECT_EQ(invoke(tcb, label::TCBSetPriority, {0x101}, {self}),
              error(Error::RangeError, {0, 200}))
        << "all of the word counts";
    EXPECT_EQ(invoke(tcb, label::TCBSetPriority, {1}, {other}), error(Error::RangeError, {0, 0}))
        << "it is the authority's maximum that counts";
    EXPECT_EQ(invoke(tcb, label::TCBSetPriority, {200}, {self}), no_error)
        << "the thread's own maximum does not limit its priority";
    EXPECT_EQ(thread_in(tcb).priority, 200);
    EXPECT_EQ(thread_in(tcb).mcp, 0);
    EXPECT_EQ(next(), &thread()) << "it does not run by that";
}

TEST_F(ThreadCallsTest, AMaximumPriorityIsGivenLikewise) {
    EXPECT_EQ(invoke(tcb, label::TCBSetMCPriority, {}, {self}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(tcb, label::TCBSetMCPriority, {7}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(tcb, label::TCBSetMCPriority, {7}, {root}),
              error(Error::InvalidCapability, {1}));
    EXPECT_EQ(invoke(tcb, label::TCBSetMCPriority, {201}, {self}),
              error(Error::RangeError, {0, 200}));
    EXPECT_EQ(invoke(tcb, label::TCBSetMCPriority, {200}, {self}), no_error);
    EXPECT_EQ(thread_in(tcb).mcp, 200);
    EXPECT_EQ(invoke(other, label::TCBSetPriority, {200}, {tcb}), no_error)
        << "it is good for that";
}

TEST_F(ThreadCallsTest, LoweringTheMaximumLowersNoPriority) {
    EXPECT_EQ(invoke(self, label::TCBSetMCPriority, {3}, {self}), no_error);
    EXPECT_EQ(thread().mcp, 3);
    EXPECT_EQ(thread().priority, 100);
    EXPECT_EQ(invoke(self, label::TCBSetPriority, {100}, {self}), error(Error::RangeError, {0, 3}));
    EXPECT_EQ(invoke(self, label::TCBSetMCPriority, {4}, {self}), error(Error::RangeError, {0, 3}))
        << "and there is no way back";
}

TEST_F(ThreadCallsTest, BothAtOnceAndTheMaximumIsLookedAtFirst) {
    EXPECT_EQ(invoke(tcb, label::TCBSetSchedParams, {1}, {self}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(tcb, label::TCBSetSchedParams, {1, 2}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(tcb, label::TCBSetSchedParams, {201, 202}, {endpoint}),
              error(Error::InvalidCapability, {1}));
    EXPECT_EQ(invoke(tcb, label::TCBSetSchedParams, {201, 7}, {self}),
              error(Error::RangeError, {0, 200}));
    EXPECT_EQ(invoke(tcb, label::TCBSetSchedParams, {7, 201}, {self}),
              error(Error::RangeError, {0, 200}));
    EXPECT_EQ(invoke(tcb, label::TCBSetSchedParams, {7, 9}, {self}), no_error);
    EXPECT_EQ(thread_in(tcb).mcp, 7);
    EXPECT_EQ(thread_in(tcb).priority, 9);
}

TEST_F(ThreadCallsTest, ANewPriorityDecidesWhoRuns) {
    EXPECT_EQ(invoke(tcb, label::TCBResume, {}), no_error);
    EXPECT_EQ(next(), &thread());
    EXPECT_EQ(invoke(tcb, label::TCBSetPriority, {101}, {self}), no_error);
    EXPECT_EQ(next(), &thread_in(tcb));
}

// --- Suspend and Resume -------------------------------------------------------------------------

TEST_F(ThreadCallsTest, ResumeRestartsAtThePc) {
    thread_in(tcb).context.pc = 0x1000;
    thread_in(tcb).restart_pc = 0x2000;
    EXPECT_EQ(invoke(tcb, label::TCBResume, {}), no_error);
    EXPECT_EQ(thread_in(tcb).context.pc, 0x2000u);
    EXPECT_EQ(thread_in(tcb).state, ThreadState::Running);
    thread_in(tcb).context.pc = 0x3000;
    EXPECT_EQ(invoke(tcb, label::TCBResume, {}), no_error) << "that has no effect on it now";
    EXPECT_EQ(thread_in(tcb).context.pc, 0x3000u);
    EXPECT_EQ(next(), &thread());
    EXPECT_EQ(invoke(self, label::TCBResume, {}), no_error);
    EXPECT_EQ(next(), &thread());
}

TEST_F(ThreadCallsTest, SuspendStopsAThreadWhereItIs) {
    EXPECT_EQ(invoke(tcb, label::TCBResume, {}), no_error);
    thread_in(tcb).context.pc = 0x3000;
    EXPECT_EQ(invoke(tcb, label::TCBSuspend, {}), no_error);
    EXPECT_EQ(thread_in(tcb).state, ThreadState::Inactive);
    EXPECT_EQ(thread_in(tcb).restart_pc, 0x3000u);
    EXPECT_EQ(next(), &thread());
    EXPECT_TRUE(kernel.scheduler.ready().empty());
    EXPECT_EQ(invoke(tcb, label::TCBSuspend, {}), no_error)
        << "and does nothing to one that stands";
    EXPECT_EQ(thread_in(tcb).restart_pc, 0x3000u);
}

TEST_F(ThreadCallsTest, AThreadThatSuspendsItselfGetsNoAnswer) {
    load(self, label::TCBSuspend, {});
    const auto before = thread().context;
    EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Resume);
    EXPECT_EQ(std::memcmp(&thread().context, &before, sizeof before), 0) << "no register changes";
    EXPECT_EQ(thread().state, ThreadState::Inactive);
    EXPECT_EQ(thread().restart_pc, before.pc - 4) << "resumed, it would suspend itself again";
    EXPECT_EQ(next(), nullptr);
}

// --- Registers ----------------------------------------------------------------------------------

/// Something else in each of them, in the interface's order.
std::vector<u64> some_registers() {
    std::vector<u64> registers;
    for (u64 i = 0; i < 36; ++i)
        registers.push_back(0x1111'0000'0000'0000 + i);
    registers[2] = 0x5000'0040; // spsr: flags, and what all threads have
    return registers;
}

TEST_F(ThreadCallsTest, RegistersComeInTheInterfacesOrder) {
    EXPECT_EQ(write_registers(tcb, some_registers()), no_error);
    const auto& context = thread_in(tcb).context;
    EXPECT_EQ(context.pc, 0x1111'0000'0000'0000u);
    EXPECT_EQ(context.sp, 0x1111'0000'0000'0001u);
    EXPECT_EQ(context.pstate.raw(), 0x5000'0040u);
    constexpr std::array<unsigned, 31> order{0,  1,  2,  3,  4,  5,  6,  7,  8,  16, 17,
                                             18, 29, 30, 9,  10, 11, 12, 13, 14, 15, 19,
                                             20, 21, 22, 23, 24, 25, 26, 27, 28};
    for (unsigned i = 0; i < order.size(); ++i)
        EXPECT_EQ(context.x[order[i]], 0x1111'0000'0000'0003u + i) << "x" << order[i];
    EXPECT_EQ(context.tls, 0x1111'0000'0000'0022u);
    EXPECT_EQ(context.tls_ro, 0x1111'0000'0000'0023u);
    for (u64 count = 1; count <= 36; ++count) {
        auto first = some_registers();
        first.resize(count);
        EXPECT_EQ(invoke(tcb, label::TCBReadRegisters, {0, count}), (Answer{0, first}));
    }
}

TEST_F(ThreadCallsTest, ReadRegistersRefuses) {
    EXPECT_EQ(invoke(tcb, label::TCBReadRegisters, {0}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(tcb, label::TCBReadRegisters, {1, 0}), error(Error::RangeError, {1, 36}));
    EXPECT_EQ(invoke(tcb, label::TCBReadRegisters, {1, 37}), error(Error::RangeError, {1, 36}));
    EXPECT_EQ(invoke(self, label::TCBReadRegisters, {1, 37}), error(Error::RangeError, {1, 36}));
    EXPECT_EQ(invoke(self, label::TCBReadRegisters, {1, 36}), error(Error::IllegalOperation));
}

TEST_F(ThreadCallsTest, WithoutABufferFourRegistersFit) {
    EXPECT_EQ(write_registers(tcb, some_registers()), no_error);
    drop_buffer();
    load(tcb, label::TCBReadRegisters, {0, 36});
    EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Resume);
    auto first = some_registers();
    first.resize(4);
    EXPECT_EQ(answer(), (Answer{0, first}));
}

TEST_F(ThreadCallsTest, OnlyACallIsAnswered) {
    EXPECT_EQ(write_registers(tcb, some_registers()), no_error);
    EXPECT_EQ(invoke(tcb, label::TCBResume, {}), no_error);
    load(tcb, label::TCBReadRegisters, {1, 36});
    const auto registers = thread().context.x;
    const auto buffer = thread().readable_buffer()->message;
    EXPECT_EQ(*system_call(SendMode::Send), KernelExit::Resume);
    EXPECT_EQ(thread().context.x, registers);
    EXPECT_EQ(thread().readable_buffer()->message, buffer);
    EXPECT_EQ(thread_in(tcb).state, ThreadState::Inactive) << "but it has been done";
}

TEST_F(ThreadCallsTest, ThePcOfAThreadThatStandsIsWhereItWouldRestart) {
    Tcb& thread = thread_in(tcb);
    thread.context.pc = 0x1000;
    thread.restart_pc = 0x2000;
    EXPECT_EQ(invoke(tcb, label::TCBReadRegisters, {0, 1}), (Answer{0, {0x2000}}));
    EXPECT_EQ(invoke(tcb, label::TCBResume, {}), no_error);
    thread.context.pc = 0x3000;
    EXPECT_EQ(invoke(tcb, label::TCBReadRegisters, {0, 1}), (Answer{0, {0x3000}}));
    EXPECT_EQ(thread.state, ThreadState::Running);
    EXPECT_EQ(invoke(tcb, label::TCBReadRegisters, {1, 1}), (Answer{0, {0x3000}}))
        << "stopped first, it is read where it goes on";
    EXPECT_EQ(thread.state, ThreadState::Inactive);
}

TEST_F(ThreadCallsTest, WriteRegistersRefuses) {
    EXPECT_EQ(invoke(tcb, label::TCBWriteRegisters, {0}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(tcb, label::TCBWriteRegisters, {0, 3, 1, 2}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(tcb, label::TCBWriteRegisters, {0, ~u64{0}, 1, 2}),
              error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(self, label::TCBWriteRegisters, {0, 3, 1, 2}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(self, label::TCBWriteRegisters, {0, 2, 1, 2}), error(Error::IllegalOperation));
    EXPECT_EQ(invoke(self, label::TCBWriteRegisters, {1, 0}), error(Error::IllegalOperation));
}

TEST_F(ThreadCallsTest, RegistersBeyondTheCountStay) {
    for (usize count = 0; count <= 36; ++count) {
        EXPECT_EQ(write_registers(tcb, some_registers()), no_error);
        std::vector<u64> zeros(count, 0);
        EXPECT_EQ(write_registers(tcb, zeros), no_error);
        auto expected = some_registers();
        std::fill_n(expected.begin(), count, 0);
        if (count > 2) expected[2] = 0x40; // of spsr only the flags can be written
        EXPECT_EQ(invoke(tcb, label::TCBReadRegisters, {0, 36}), (Answer{0, expected})) << count;
    }
}

TEST_F(ThreadCallsTest, MoreRegistersThanThereAreAreCut) {
    auto registers = some_registers();
    registers.push_back(0xbad);
    EXPECT_EQ(write_registers(tcb, registers), no_error);
    EXPECT_EQ(invoke(tcb, label::TCBReadRegisters, {0, 36}), (Answer{0, some_registers()}));
    EXPECT_EQ(write_registers(tcb, registers, 35), no_error) << "more words than the count";
}

TEST_F(ThreadCallsTest, OfTheProcessorsStateAThreadHasASayInTheFlags) {
    auto registers = some_registers();
    registers[2] = ~u64{0};
    EXPECT_EQ(write_registers(tcb, registers), no_error);
    EXPECT_EQ(thread_in(tcb).context.pstate.raw(), 0xf000'0040u);
    registers[2] = 0x3c5; // EL1, all masked
    EXPECT_EQ(write_registers(tcb, registers), no_error);
    EXPECT_EQ(thread_in(tcb).context.pstate.raw(), 0x40u);
}

TEST_F(ThreadCallsTest, AWrittenPcIsWhereAThreadGoesOnHoweverItComesToRun) {
    Tcb& thread = thread_in(tcb);
    thread.restart_pc = 0x2000;
    EXPECT_EQ(write_registers(tcb, {0x5000}), no_error);
    EXPECT_EQ(thread.context.pc, 0x5000u) << "answered";
    EXPECT_EQ(thread.restart_pc, 0x5000u) << "restarted";
    EXPECT_EQ(write_registers(tcb, {0x6000}, {}, true), no_error);
    EXPECT_EQ(thread.state, ThreadState::Running);
    EXPECT_EQ(thread.context.pc, 0x6000u);
    EXPECT_EQ(write_registers(tcb, {0x7000}), no_error) << "while it runs";
    EXPECT_EQ(thread.context.pc, 0x7000u);
    EXPECT_EQ(next(), &this->thread());
}

TEST_F(ThreadCallsTest, WithoutAPcAThreadStaysWhereItIs) {
    Tcb& thread = thread_in(tcb);
    thread.context.pc = 0x1000;
    thread.restart_pc = 0x2000;
    EXPECT_EQ(write_registers(tcb, {}), no_error);
    EXPECT_EQ(thread.context.pc, 0x1000u);
    EXPECT_EQ(thread.restart_pc, 0x2000u);
}

/// What CopyRegisters is told.
enum Transfer : u64 { Suspend = 1, Resume = 2, Frame = 4, Integer = 8 };

TEST_F(ThreadCallsTest, CopyRegistersRefuses) {
    EXPECT_EQ(invoke(tcb, label::TCBCopyRegisters, {}, {other}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(tcb, label::TCBCopyRegisters, {Frame}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(tcb, label::TCBCopyRegisters, {Frame}, {endpoint}),
              error(Error::InvalidCapability, {1}));
}

TEST_F(ThreadCallsTest, CopyRegistersTakesEachPartByItself) {
    EXPECT_EQ(write_registers(tcb, some_registers()), no_error);
    const auto part = [](usize begin, usize end) {
        std::vector<u64> expected(36, 0);
        expected[2] = 0x40;
        const auto all = some_registers();
        std::copy_n(all.begin() + static_cast<i64>(begin), end - begin,
                    expected.begin() + static_cast<i64>(begin));
        return expected;
    };
    const std::vector<u64> nothing = part(0, 0);
    const std::array<std::pair<u64, std::vector<u64>>, 4> cases{{{0, nothing},
                                                                 {Frame, part(0, 17)},
                                                                 {Integer, part(17, 36)},
                                                                 {Frame | Integer, part(0, 36)}}};
    for (const auto& [what, expected] : cases) {
        EXPECT_EQ(write_registers(other, std::vector<u64>(36, 0)), no_error);
        EXPECT_EQ(invoke(other, label::TCBCopyRegisters, {what | 0xff00}, {tcb}), no_error);
        EXPECT_EQ(invoke(other, label::TCBReadRegisters, {0, 36}), (Answer{0, expected})) << what;
    }
}

TEST_F(ThreadCallsTest, CopyRegistersSuspendsAndResumes) {
    EXPECT_EQ(invoke(tcb, label::TCBResume, {}), no_error);
    thread_in(tcb).context.pc = 0x3000;
    EXPECT_EQ(invoke(other, label::TCBCopyRegisters, {Suspend | Resume | Frame}, {tcb}), no_error);
    EXPECT_EQ(thread_in(tcb).state, ThreadState::Inactive);
    EXPECT_EQ(thread_in(other).state, ThreadState::Running);
    EXPECT_EQ(thread_in(other).context.pc, 0x3000u) << "it goes on where the other one was";
    EXPECT_EQ(next(), &thread());
}

TEST_F(ThreadCallsTest, ACopyOfTheCallerIsInItsCall) {
    const u64 pc = thread().context.pc;
    EXPECT_EQ(invoke(tcb, label::TCBCopyRegisters, {Frame}, {self}), no_error);
    EXPECT_EQ(thread_in(tcb).restart_pc, pc - 4);
    EXPECT_EQ(thread().context.pc, pc);
}

TEST_F(ThreadCallsTest, AThreadMayTakeOverAnothersRegisters) {
    EXPECT_EQ(write_registers(tcb, some_registers()), no_error);
    thread_in(tcb).context.pc += 4; // it was stopped in a system call
    load(self, label::TCBCopyRegisters, {Frame | Integer}, {tcb});
    EXPECT_EQ(*system_call(SendMode::Send), KernelExit::Resume);
    EXPECT_EQ(thread().context.pc, 0x1111'0000'0000'0000u);
    EXPECT_EQ(thread().context.x[0], 0x1111'0000'0000'0003u);
    EXPECT_EQ(thread().context.x[28], 0x1111'0000'0000'0021u);
    EXPECT_EQ(next(), &thread());
}

TEST_F(ThreadCallsTest, AThreadThatStopsAndResumesItselfGoesOn) {
    const u64 pc = thread().context.pc;
    EXPECT_EQ(invoke(self, label::TCBCopyRegisters, {Suspend | Resume}, {self}), no_error);
    EXPECT_EQ(thread().context.pc, pc);
    EXPECT_EQ(next(), &thread());
}

TEST_F(ThreadCallsTest, AThreadThatStopsItselfAsTheSourceIsInItsCall) {
    const u64 pc = thread().context.pc;
    load(tcb, label::TCBCopyRegisters, {Suspend | Frame}, {self});
    EXPECT_EQ(*system_call(SendMode::Call), KernelExit::Resume);
    EXPECT_EQ(thread().restart_pc, pc - 4);
    EXPECT_EQ(thread_in(tcb).restart_pc, pc - 4);
    EXPECT_EQ(next(), nullptr);
}

// --- TLS and flags ------------------------------------------------------------------------------

TEST_F(ThreadCallsTest, TheTlsBaseIsARegister) {
    EXPECT_EQ(invoke(tcb, label::TCBSetTLSBase, {}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(tcb, label::TCBSetTLSBase, {0xffff'ffff'0000'0001}), no_error);
    EXPECT_EQ(thread_in(tcb).context.tls, 0xffff'ffff'0000'0001u);
    EXPECT_EQ(thread_in(tcb).context.tls_ro, 0u);
    EXPECT_EQ(invoke(self, label::TCBSetTLSBase, {0x1234}), no_error);
    EXPECT_EQ(thread().context.tls, 0x1234u);
}

TEST_F(ThreadCallsTest, FlagsAreClearedThenSet) {
    EXPECT_EQ(invoke(tcb, label::TCBSetFlags, {0}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(tcb, label::TCBSetFlags, {0, ~u64{0}}), (Answer{0, {1}})) << "there is one";
    EXPECT_EQ(thread_in(tcb).flags.raw(), 1u);
    EXPECT_EQ(invoke(tcb, label::TCBSetFlags, {0, 0}), (Answer{0, {1}}));
    EXPECT_EQ(invoke(tcb, label::TCBSetFlags, {1, 1}), (Answer{0, {1}}));
    EXPECT_EQ(invoke(tcb, label::TCBSetFlags, {~u64{0}, 2}), (Answer{0, {0}}));
    EXPECT_EQ(thread_in(tcb).flags.raw(), 0u);
}

TEST_F(ThreadCallsTest, OwnFlagsHoldFromTheNextInstructionOn) {
    EXPECT_TRUE(kernel.fpu.claim(thread()));
    EXPECT_TRUE(arch::fake_fpu_permitted);
    EXPECT_EQ(invoke(self, label::TCBSetFlags, {0, 1}), (Answer{0, {1}}));
    EXPECT_FALSE(arch::fake_fpu_permitted);
    EXPECT_FALSE(kernel.fpu.claim(thread()));
    EXPECT_EQ(invoke(self, label::TCBSetFlags, {1, 0}), (Answer{0, {0}}));
    EXPECT_TRUE(arch::fake_fpu_permitted) << "its numbers are still there";
    EXPECT_EQ(invoke(tcb, label::TCBSetFlags, {0, 1}), (Answer{0, {1}}));
    EXPECT_TRUE(arch::fake_fpu_permitted) << "that is another thread's affair";
}

// --- Domains ------------------------------------------------------------------------------------

class DomainCallsTest : public ThreadCallsTest {
  protected:
    static constexpr u64 domain = 11;

    DomainCallsTest() { plant(slot(domain), Cap<Domain>::make()); }
};

TEST_F(DomainCallsTest, ThereIsOneDomain) {
    EXPECT_EQ(invoke(domain, label::DomainSetSet, {}, {tcb}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(domain, label::DomainSetSet, {1}), error(Error::InvalidArgument, {0}));
    EXPECT_EQ(invoke(domain, label::DomainSetSet, {0x100}, {tcb}),
              error(Error::InvalidArgument, {0}))
        << "all of the word counts";
    EXPECT_EQ(invoke(domain, label::DomainSetSet, {0}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(domain, label::DomainSetSet, {0}, {endpoint}),
              error(Error::InvalidArgument, {1}));
    EXPECT_EQ(invoke(domain, label::DomainSetSet, {0}, {tcb}), no_error);
    EXPECT_EQ(thread_in(tcb).domain, 0);
    EXPECT_EQ(next(), &thread());
}

TEST_F(DomainCallsTest, AThreadPutIntoADomainIsTheFirstOfItsPriority) {
    EXPECT_EQ(invoke(tcb, label::TCBResume, {}), no_error);
    EXPECT_EQ(invoke(other, label::TCBResume, {}), no_error);
    EXPECT_EQ(kernel.scheduler.ready().queue(0).front(), &thread_in(other));
    EXPECT_EQ(invoke(domain, label::DomainSetSet, {0}, {tcb}), no_error);
    EXPECT_EQ(kernel.scheduler.ready().queue(0).front(), &thread_in(tcb));
}

TEST_F(DomainCallsTest, TheScheduleHasOneTurn) {
    constexpr u64 most = (u64{1} << 56) - 1;
    const auto configure = [this](u64 index, u64 turn_of, u64 ticks) {
        return invoke(domain, label::DomainSetScheduleConfigure, {index, turn_of, ticks});
    };
    EXPECT_EQ(kernel.domains.turn(0).ticks, most);
    EXPECT_EQ(kernel.domains.turn(0).domain, 0);
    EXPECT_EQ(invoke(domain, label::DomainSetScheduleConfigure, {0, 0}),
              error(Error::TruncatedMessage));
    EXPECT_EQ(configure(1, 1, most + 1), error(Error::RangeError, {0, 0}));
    EXPECT_EQ(configure(0, 1, most + 1), error(Error::RangeError, {0, 0}));
    EXPECT_EQ(configure(0, 0, most + 1), error(Error::InvalidArgument, {2}));
    EXPECT_EQ(configure(0, 0, 0), error(Error::InvalidArgument, {2})) << "it is the start";
    EXPECT_EQ(configure(0, 0, 77), no_error);
    EXPECT_EQ(kernel.domains.turn(0).ticks, 77u);
    EXPECT_EQ(configure(0, 0, most), no_error);
}

TEST_F(DomainCallsTest, TheScheduleDoesNotStartWithItsEnd) {
    EXPECT_EQ(invoke(domain, label::DomainSetScheduleSetStart, {}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(domain, label::DomainSetScheduleSetStart, {2}),
              error(Error::RangeError, {0, 1}));
    EXPECT_EQ(invoke(domain, label::DomainSetScheduleSetStart, {1}),
              error(Error::InvalidArgument, {0}));
    EXPECT_EQ(invoke(domain, label::DomainSetScheduleSetStart, {0}), no_error);
    EXPECT_EQ(kernel.domains.start(), 0u);
}

TEST_F(DomainCallsTest, OtherMethodsDoNotExist) {
    EXPECT_EQ(invoke(domain, label::TCBSuspend, {0, 0, 0}, {tcb}), error(Error::IllegalOperation));
}

} // namespace
} // namespace k
