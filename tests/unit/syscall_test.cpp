// A thread enters the kernel: what it may ask for, and what becomes of it otherwise.
#include "arch/esr.hpp"
#include "arch/firmware.hpp"
#include "arch/user_space.hpp"
#include "ipc/rendezvous.hpp"
#include "object/cnode.hpp"
#include "object/derivation.hpp"
#include "object/notification.hpp"
#include "object/untyped.hpp"
#include "object/vspace.hpp"
#include "syscall/entry.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

namespace k {
namespace {

using Event = arch::Vector::Event;

constexpr int powered_off = 3;

/// A thread whose every register holds something else, and the syndrome of what it has done.
class SyscallTest : public testing::Test, arch::FakeRegisters {
  protected:
    void SetUp() override {
        arch::fake_registers = this;
        for (usize i = 0; i < thread_.context.x.size(); ++i)
            thread_.context.x[i] = 0xffff'0000'4020'0000 + i; // pointers into the kernel
        thread_.context.sp = 0x7000;
        thread_.context.pc = 0x40'0104;
        thread_.state = ThreadState::Running;
        state_.objects.scheduler.start(thread_);
        arch::fake_firmware = [](arch::FirmwareCall) { std::_Exit(powered_off); };
    }

    void TearDown() override {
        arch::fake_registers = nullptr;
        arch::fake_firmware = [](arch::FirmwareCall) {};
    }

    u64 read(std::string_view name) override { return name == "esr_el1" ? esr_ : far_; }
    void write(std::string_view name, u64) override { FAIL() << name; }

    /// `svc #0` with that number. \returns what is printed
    std::string call(u64 number, KernelExit expected) {
        esr_ = 0x5600'0000;
        thread_.context.x[7] = number;
        return enter(Event::Synchronous, expected);
    }

    std::string enter(Event event, KernelExit expected) {
        testing::internal::CaptureStderr();
        EXPECT_EQ(handle_exception(state_, event), expected);
        return testing::internal::GetCapturedStderr();
    }

    /// All that the thread has, to see whether any of it changes.
    [[nodiscard]] std::array<u8, sizeof(Tcb)> snapshot() const {
        std::array<u8, sizeof(Tcb)> bytes{};
        std::memcpy(bytes.data(), &thread_, sizeof thread_);
        return bytes;
    }

    Tcb thread_{};
    KernelState state_{.firmware = dev::Psci{arch::Conduit::Hvc},
                       .image = {PhysAddr{0x4020'0000}, PhysAddr{0x4040'0000}}};
    u64 esr_ = 0;
    u64 far_ = 0;
};

using SyscallDeathTest = SyscallTest;

TEST_F(SyscallTest, DebugPutCharWritesTheLowByteOfX0) {
    for (u64 byte = 0; byte < 256; ++byte) {
        thread_.context.x[0] = 0xffff'0000'4020'0000 + byte;
        thread_.context.x[7] = static_cast<u64>(-9);
        const auto before = snapshot();
        EXPECT_EQ(call(static_cast<u64>(-9), KernelExit::Resume),
                  std::string(1, static_cast<char>(byte)));
        EXPECT_EQ(snapshot(), before) << "no register may change";
    }
}

TEST_F(SyscallTest, YieldChangesNothing) {
    thread_.context.x[7] = static_cast<u64>(-7);
    const auto before = snapshot();
    EXPECT_EQ(call(static_cast<u64>(-7), KernelExit::Resume), "");
    EXPECT_EQ(snapshot(), before);
}

TEST_F(SyscallTest, TheImmediateOfSvcIsIgnored) {
    esr_ = 0x5600'1234;
    thread_.context.x[7] = static_cast<u64>(-7);
    EXPECT_EQ(enter(Event::Synchronous, KernelExit::Resume), "");
}

TEST_F(SyscallTest, DebugHaltTurnsTheMachineOff) {
    EXPECT_EQ(call(static_cast<u64>(-11), KernelExit::PowerOff), "");
    EXPECT_EQ(thread_.state, ThreadState::Running);
}

TEST_F(SyscallTest, AllOfX7IsTheNumber) {
    EXPECT_EQ(call(0xffff'fff9, KernelExit::Resume), // -7 in 32 bits
              "thread killed: unknown system call 4294967289\n"
              "  at pc 0x0000000000400100, lr 0xffff00004020001e, sp 0x0000000000007000\n");
}

TEST_F(SyscallTest, AnUnknownCallEndsTheThread) {
    const u64 pc = thread_.context.pc;
    for (const i64 number : {-15, -16, 0, 1}) {
        thread_.state = ThreadState::Running;
        const auto said = call(static_cast<u64>(number), KernelExit::Resume);
        EXPECT_EQ(said.find("thread killed: unknown system call " + std::to_string(number) + "\n"),
                  0u);
        EXPECT_EQ(thread_.state, ThreadState::Inactive);
        EXPECT_EQ(thread_.context.pc, pc);
        EXPECT_EQ(thread_.restart_pc, pc - 4) << "restarted, it would make its call again";
    }
}

TEST_F(SyscallTest, ACPtrThatLeadsNowhereEndsTheThread) {
    const std::string at =
        "  at pc 0x0000000000400100, lr 0xffff00004020001e, sp 0x0000000000007000\n";
    thread_.context.x[0] = 0x123;
    for (const i64 number : {-1, -2, -3, -5, -8}) {
        thread_.state = ThreadState::Running;
        EXPECT_EQ(call(static_cast<u64>(number), KernelExit::Resume),
                  "thread killed: CPtr 0x123 leads nowhere: InvalidRoot\n" + at);
        EXPECT_EQ(thread_.state, ThreadState::Inactive);
    }
    thread_.state = ThreadState::Running;
    EXPECT_EQ(call(static_cast<u64>(-4), KernelExit::Resume), "") << "NBSend keeps quiet";
    EXPECT_EQ(thread_.state, ThreadState::Running);
}

TEST_F(SyscallTest, AFailedLookupIsExplained) {
    using abi::CNodeData;
    const CNodeData guard = CNodeData{}.with(CNodeData::guard_size, 8).with(CNodeData::guard, 0x12);
    thread_.slot(ThreadSlot::CSpaceRoot).cap = Cap<CNode>::make(PhysAddr{0x1000}, 8, guard);
    thread_.context.x[0] = 0x13;
    EXPECT_EQ(call(static_cast<u64>(-1), KernelExit::Resume)
                  .find("thread killed: CPtr 0x13 leads nowhere: GuardMismatch 0x40 0x12 0x8\n"),
              0u);
}

TEST_F(SyscallTest, DebugCapIdentifyAnswersInX0) {
    alignas(32) std::array<Slot, 4> slots{};
    slots[2].cap = Cap<Untyped>::make(PhysAddr{0x1000}, 12, false);
    slots[3].cap = Cap<CNode>::make(arch::window.phys(slots.data()), 2);
    using abi::CNodeData;
    thread_.slot(ThreadSlot::CSpaceRoot).cap = Cap<CNode>::make(
        arch::window.phys(slots.data()), 2, CNodeData{}.with(CNodeData::guard_size, 62));
    thread_.context.x[7] = static_cast<u64>(-12);
    constexpr std::array<std::array<u64, 2>, 4> answers{{{0, 0}, {2, 2}, {3, 10}, {~u64{0}, 0}}};
    for (const auto& [cptr, type] : answers) {
        thread_.context.x[0] = cptr;
        auto expected = thread_.context.x;
        expected[0] = type;
        EXPECT_EQ(call(static_cast<u64>(-12), KernelExit::Resume), "");
        EXPECT_EQ(thread_.context.x, expected);
    }
}

TEST_F(SyscallTest, DebugCallsThatPrintChangeNothing) {
    const std::array<std::pair<i64, std::string>, 2> calls{
        {{-10, "running at priority 0: no name\n"}, {-13, ""}}};
    for (const auto& [number, text] : calls) {
        thread_.context.x[7] = static_cast<u64>(number);
        const auto before = snapshot();
        EXPECT_EQ(call(static_cast<u64>(number), KernelExit::Resume), text);
        EXPECT_EQ(snapshot(), before);
    }
}

TEST_F(SyscallTest, DebugSnapshotTellsHowLongInterruptsWaited) {
    state_.latency.add(700);
    state_.latency.add(3);
    EXPECT_EQ(call(static_cast<u64>(-13), KernelExit::Resume),
              "interrupts waited for up to 1024 instructions\n");
    state_.latency.add(1'000'000);
    EXPECT_EQ(call(static_cast<u64>(-13), KernelExit::Resume),
              "interrupts waited for up to 262144 instructions and more\n");
}

/// A thread with capabilities to itself, a CNode and a frame in which its IPC buffer is.
class NamesTest : public SyscallTest {
  protected:
    NamesTest() {
        const auto guard = abi::CNodeData{}.with(abi::CNodeData::guard_size, 60);
        plant(slots_[1], Cap<Tcb>::make(arch::window.phys(&thread_)));
        plant(thread_.slot(ThreadSlot::CSpaceRoot),
              Cap<CNode>::make(arch::window.phys(&slots_), 4, guard));
        plant(thread_.slot(ThreadSlot::IpcBuffer),
              Cap<Frame>::make(arch::window.phys(&page_), arch::PageSize::Small, false));
    }

    /// DebugNameThread on a CPtr.
    std::string name(u64 cptr, std::string_view text, KernelExit expected = KernelExit::Resume) {
        thread_.context.x[0] = cptr;
        page_[0].message.fill(0);
        std::memcpy(page_[0].message.data(), text.data(), text.size());
        return call(static_cast<u64>(-14), expected);
    }

    [[nodiscard]] std::string_view name() const { return {thread_.name.data(), 32}; }

    alignas(bit(9)) std::array<Slot, 16> slots_{};
    alignas(page_bytes) std::array<abi::IpcBuffer, 4> page_{};
};

TEST_F(NamesTest, AreKeptAndShown) {
    const auto before = thread_.context;
    EXPECT_EQ(name(1, "main"), "");
    EXPECT_EQ(thread_.context.x[1], before.x[1]);
    EXPECT_EQ(call(static_cast<u64>(-10), KernelExit::Resume), "running at priority 0: main\n");
    EXPECT_EQ(name(1, "m"), "");
    EXPECT_EQ(name(), std::string("m") + std::string(31, '\0')) << "nothing is left of the old one";
    EXPECT_EQ(call(static_cast<u64>(-10), KernelExit::Resume), "running at priority 0: m\n");
    EXPECT_EQ(name(1, std::string(959, 'x')), "");
    EXPECT_EQ(name(), std::string(32, 'x'));
}

TEST_F(NamesTest, OfOthersAreShownWhenTheyAreReady) {
    Tcb high{};
    high.priority = 255;
    high.name = {'h', 'i'};
    Tcb low{};
    thread_.priority = 255;
    state_.objects.scheduler.resume(low);
    state_.objects.scheduler.resume(high);
    (void)state_.objects.scheduler.next();
    EXPECT_EQ(call(static_cast<u64>(-10), KernelExit::Resume),
              "running at priority 255: no name\nready at priority 255: hi\n"
              "ready at priority 0: no name\n");
}

TEST_F(NamesTest, ThatCannotBeGivenStopTheMachine) {
    EXPECT_EQ(name(2, "x", KernelExit::PowerOff), "DebugNameThread: not a thread\n");
    EXPECT_EQ(name(~u64{0}, "x", KernelExit::PowerOff), "DebugNameThread: not a thread\n");
    EXPECT_EQ(name(1, std::string(960, 'x'), KernelExit::PowerOff), "DebugNameThread: too long\n");
    remove(thread_.slot(ThreadSlot::IpcBuffer));
    EXPECT_EQ(name(1, "x", KernelExit::PowerOff), "DebugNameThread: no IPC buffer\n");
    EXPECT_EQ(name()[0], '\0');
}

TEST_F(SyscallTest, AThreadThatTriesFloatingPointGetsItsNumbers) {
    esr_ = 0x1fe0'0000;
    const auto before = snapshot();
    EXPECT_EQ(enter(Event::Synchronous, KernelExit::Resume), "");
    EXPECT_EQ(state_.objects.fpu.owner(), &thread_);
    EXPECT_EQ(snapshot(), before) << "it executes the instruction again";
}

TEST_F(SyscallTest, AThreadThatMustNotTryItFaults) {
    esr_ = 0x1fe0'0000;
    thread_.flags = abi::TcbFlags{1};
    EXPECT_EQ(enter(Event::Synchronous, KernelExit::Resume)
                  .find("thread killed: trapped use of floating point, ESR 0x1fe00000\n"),
              0u);
    EXPECT_EQ(thread_.state, ThreadState::Inactive);
    EXPECT_EQ(thread_.restart_pc, thread_.context.pc) << "of the instruction";
}

TEST_F(SyscallTest, AnSErrorIsNoUseOfFloatingPoint) {
    esr_ = 0x1fe0'0000;
    EXPECT_NE(enter(Event::SError, KernelExit::Resume), "");
    EXPECT_EQ(state_.objects.fpu.owner(), nullptr);
}

TEST_F(SyscallTest, YieldingLetsAnotherThreadRunInItsOwnSpaceWithItsOwnNumbers) {
    Tcb other{};
    alignas(page_bytes) AsidPool pool{};
    alignas(page_bytes) std::array<u64, 512> table{};
    auto& objects = state_.objects;
    objects.asids.begin(PhysAddr{0x1000});
    objects.asids.add(0, pool);
    objects.asids.assign(arch::Asid{7}, arch::window.phys(&table));
    plant(other.slot(ThreadSlot::VSpaceRoot),
          Cap<VSpace>::make(arch::window.phys(&table), arch::Asid{7}));
    EXPECT_TRUE(objects.fpu.claim(thread_));
    objects.scheduler.resume(other);
    (void)objects.scheduler.next();

    EXPECT_EQ(call(static_cast<u64>(-7), KernelExit::Resume), "");
    EXPECT_EQ(&next_context(state_, KernelExit::Resume), &other.context);
    EXPECT_EQ(arch::user_space().asid, arch::Asid{7});
    EXPECT_FALSE(arch::fake_fpu_permitted);
    other.context.x[7] = static_cast<u64>(-7);
    EXPECT_EQ(call(static_cast<u64>(-7), KernelExit::Resume), "");
    EXPECT_EQ(&next_context(state_, KernelExit::Resume), &thread_.context);
    EXPECT_EQ(arch::user_space().asid, arch::Asid{0}) << "it has no address space";
    EXPECT_TRUE(arch::fake_fpu_permitted);
    remove(other.slot(ThreadSlot::VSpaceRoot));
}

TEST_F(SyscallTest, AFaultEndsTheThread) {
    esr_ = 0x9200'0046; // a write, translation fault at level 2
    far_ = 0xffff'0000'4000'0008;
    EXPECT_EQ(enter(Event::Synchronous, KernelExit::Resume),
              "thread killed: write to 0xffff000040000008: translation fault, level 2, ESR "
              "0x92000046\n"
              "  at pc 0x0000000000400104, lr 0xffff00004020001e, sp 0x0000000000007000\n");
    EXPECT_EQ(thread_.state, ThreadState::Inactive);
}

/// What `fault` is, if it is of that kind.
template <class Kind>
std::optional<Kind> as(const Fault& fault) {
    const Kind* const found = std::get_if<Kind>(&fault);
    return found == nullptr ? std::nullopt : std::optional{*found};
}

/// With a handler that has no time yet: the thread waits, and keeps its fault.
class KeptFault : public SyscallTest {
  protected:
    KeptFault() {
        using abi::CNodeData;
        slots_[0].cap = Cap<Endpoint>::make(arch::window.phys(&endpoint_));
        thread_.slot(ThreadSlot::CSpaceRoot).cap = Cap<CNode>::make(
            arch::window.phys(slots_.data()), 1, CNodeData{}.with(CNodeData::guard_size, 63));
    }

    const Fault& fault_after(u64 esr) {
        cancel_wait(thread_);
        thread_.state = ThreadState::Running;
        thread_.context.pc = 0x40'0104;
        esr_ = esr;
        far_ = 0x1234;
        EXPECT_EQ(enter(Event::Synchronous, KernelExit::Resume), "");
        EXPECT_EQ(thread_.state, ThreadState::BlockedOnSend);
        EXPECT_EQ(thread_.restart_pc, 0x40'0104u);
        return thread_.fault;
    }

  private:
    alignas(64) std::array<Slot, 2> slots_{};
    alignas(16) Endpoint endpoint_{};
};

TEST_F(KeptFault, ADataAbortIsAtTheAddressInFar) {
    const auto fault = as<VmFault>(fault_after(0x9200'0046));
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->address, 0x1234u);
    EXPECT_FALSE(fault->prefetch);
    EXPECT_EQ(fault->esr.raw(), 0x9200'0046u);
}

TEST_F(KeptFault, AnInstructionAbortIsAtThePc) {
    const auto fault = as<VmFault>(fault_after(0x8200'0006));
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->address, 0x40'0104u);
    EXPECT_TRUE(fault->prefetch);
}

TEST_F(KeptFault, EverythingElseIsAUserException) {
    for (u64 ec = 0; ec < 64; ++ec) {
        const u64 esr = ec << 26 | 1 << 25 | 0x123;
        const auto kind = static_cast<arch::ExceptionClass>(ec);
        using enum arch::ExceptionClass;
        if (kind == Svc64 || kind == DataAbortLower || kind == InstructionAbortLower) continue;
        thread_.flags = abi::TcbFlags{1}; // may not use floating point
        const auto fault = as<UserException>(fault_after(esr));
        ASSERT_TRUE(fault) << ec;
        EXPECT_EQ(fault->esr.raw(), esr);
    }
}

TEST_F(KeptFault, AnUnknownCallIsAtItsSvc) {
    EXPECT_EQ(call(77, KernelExit::Resume), "");
    const auto fault = as<UnknownSyscall>(thread_.fault);
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->number, 77u);
    EXPECT_EQ(thread_.restart_pc, 0x40'0100u);
}

TEST_F(KeptFault, ACapFaultKnowsItsPhase) {
    for (const auto& [number, receiving] :
         std::array{std::pair{i64{-1}, false}, std::pair{i64{-3}, false}, std::pair{i64{-5}, true},
                    std::pair{i64{-8}, true}, std::pair{i64{-2}, true}}) {
        cancel_wait(thread_);
        thread_.state = ThreadState::Running;
        thread_.context.x[0] = bit(40);
        thread_.context.x[1] = 0;
        EXPECT_EQ(call(static_cast<u64>(number), KernelExit::Resume), "");
        const auto fault = as<CapFault>(thread_.fault);
        ASSERT_TRUE(fault) << number;
        EXPECT_EQ(fault->receiving, receiving) << number;
        EXPECT_EQ(fault->cptr, bit(40));
        EXPECT_EQ(fault->failure, LookupFailure::guard_mismatch(64, 0, 63));
        EXPECT_EQ(thread_.restart_pc, 0x40'0100u);
    }
}

TEST_F(SyscallTest, AnSErrorIsNoSystemCall) {
    esr_ = 0x5600'0000; // left from before
    thread_.context.x[7] = static_cast<u64>(-7);
    EXPECT_NE(enter(Event::SError, KernelExit::Resume), "");
}

TEST_F(SyscallTest, ANewThreadDoesNotRunByItself) {
    const Tcb fresh{};
    EXPECT_EQ(fresh.state, ThreadState::Inactive);
    EXPECT_EQ(fresh.context.pc | fresh.context.sp | fresh.context.tls | fresh.context.tls_ro, 0u);
    EXPECT_EQ(fresh.readable_buffer(), nullptr);
}

TEST_F(SyscallTest, TheCurrentThreadGoesOn) {
    EXPECT_EQ(&next_context(state_, KernelExit::Resume), &thread_.context);
    EXPECT_EQ(&next_context(state_, KernelExit::Preempted), &thread_.context);
}

TEST_F(SyscallDeathTest, WithoutAThreadThatCanRunTheMachineStops) {
    state_.objects.scheduler.block(thread_, ThreadState::Inactive);
    EXPECT_EXIT((void)next_context(state_, KernelExit::Resume),
                testing::ExitedWithCode(powered_off), "^STOPPED: no thread can run\n$");
    EXPECT_EXIT((void)next_context(state_, KernelExit::PowerOff),
                testing::ExitedWithCode(powered_off), "^$");
}

TEST_F(SyscallDeathTest, AThreadNeverGoesOnAnywhereButAtEl0) {
    using arch::Spsr;
    const Spsr sound = thread_.context.pstate;
    thread_.context.pstate =
        Spsr{0xffff'ffff'0000'0000}.with(Spsr::flags, 0xf); // what EL0 may have
    EXPECT_EQ(&next_context(state_, KernelExit::Resume), &thread_.context);
    thread_.context.pstate = sound.with(Spsr::mode, 5);
    EXPECT_DEATH((void)next_context(state_, KernelExit::Resume), "runs at EL0");
    thread_.context.pstate = sound.with(Spsr::irq_masked, true);
    EXPECT_DEATH((void)next_context(state_, KernelExit::Resume), "runs at EL0");
    thread_.context.pstate = sound;
    thread_.state = ThreadState::Inactive;
    EXPECT_DEATH((void)next_context(state_, KernelExit::Resume), "the current thread runs");
}

TEST_F(SyscallDeathTest, EveryNthTimeEverythingIsLookedAt) {
    alignas(sizeof(Notification)) Notification signal{};
    std::array<Slot, 1> slots{};
    plant(slots[0], Cap<Notification>::make(arch::window.phys(&signal)));
    state_.objects.initial_cspace = slots;
    const auto pass = [&](int times) {
        for (int time = 0; time < times; ++time)
            EXPECT_EQ(&next_context(state_, KernelExit::Resume), &thread_.context);
    };
    signal.set_bound(&thread_); // who knows nothing of it
    pass(5);                    // nobody asks for a look
    state_.census_every = 3;
    pass(2);
    EXPECT_DEATH(pass(1), "^PANIC: broken invariant: bindings are mutual: the notification's");
    signal.set_bound(nullptr);
    pass(1);
    signal.set_bound(&thread_);
    pass(2);
    EXPECT_DEATH(pass(1), "bindings are mutual");
}

TEST_F(SyscallDeathTest, AThreadHoldsItsCapabilitiesInSlotsLikeAllOthers) {
    thread_.slot(ThreadSlot::Caller).previous = &thread_.slot(ThreadSlot::CSpaceRoot);
    EXPECT_DEATH((void)next_context(state_, KernelExit::Resume), "neighbours in the derivation");
}

} // namespace
} // namespace k
