/// \file
/// SEMANTICS 7: who runs.
#include "rig.hpp"

namespace spec {
namespace {

struct Scheduling : Rig {
    static constexpr Word ep = free_slot;
    static constexpr Word ntfn = free_slot + 1;
    static constexpr Word first_tcb = 40; ///< of every second slot from here

    Name endpoint;

    void SetUp() override {
        ASSERT_EQ(retype(Ep, 0, ep), done());
        ASSERT_EQ(retype(Ntfn, 0, ntfn), done());
        endpoint = get<EndpointCap>(ep).endpoint;
        set_priority(boot_slot::thread, 100);
    }
    void set_priority(Word tcb, Word priority) {
        ASSERT_EQ(invoke(tcb, Method::SetPriority, {priority}, {boot_slot::thread}), done());
    }
    /// A thread of this priority that waits on the endpoint or notification.
    Name waiting(Word tcb, Word priority, Word on) {
        const Name name = spawn(tcb, 200);
        EXPECT_EQ(running(), name); // higher: runs at once
        happen(message(Syscall::Recv, on, 0, {}));
        EXPECT_EQ(running(), root);
        set_priority(tcb, priority);
        return name;
    }
    std::deque<Name> ready(Word priority) {
        const auto queue = world.scheduler.ready.find(priority);
        return queue == world.scheduler.ready.end() ? std::deque<Name>{} : queue->second;
    }
    void send(Syscall number = Syscall::Send) { happen(message(number, ep, 0, {})); }
    void signal() { happen(message(Syscall::Send, ntfn, 0, {})); }
};

TEST_F(Scheduling, TheWokenHigherRunsAtOnceAndThePreemptedGoesToItsHead) {
    const Name high = waiting(first_tcb, 101, ep);
    const Name equal = spawn(first_tcb + 2, 100);
    send();
    EXPECT_EQ(running(), high);
    EXPECT_EQ(ready(100), (std::deque{root, equal}));
}

TEST_F(Scheduling, TheWokenEqualGoesToTheTail) {
    const Name woken = waiting(first_tcb, 100, ntfn);
    const Name equal = spawn(first_tcb + 2, 100);
    signal();
    EXPECT_EQ(running(), root);
    EXPECT_EQ(ready(100), (std::deque{equal, woken}));
}

TEST_F(Scheduling, TheWokenLowerGoesToTheHead) {
    const Name woken = waiting(first_tcb, 50, ep);
    const Name other = spawn(first_tcb + 2, 50);
    send();
    EXPECT_EQ(running(), root);
    EXPECT_EQ(ready(50), (std::deque{woken, other}));
}

TEST_F(Scheduling, WhoBlocksInTheSameCallHandsOverDirectly) {
    const Name woken = waiting(first_tcb, 100, ep);
    const Name equal = spawn(first_tcb + 2, 100);
    send(Syscall::Call);
    EXPECT_EQ(running(), woken); // ahead of its equals
    EXPECT_EQ(ready(100), std::deque{equal});
}

TEST_F(Scheduling, UnlessSomebodyHigherIsQueued) {
    const Name woken = waiting(first_tcb, 50, ep);
    const Name lower = spawn(first_tcb + 2, 50);
    const Name higher = spawn(first_tcb + 4, 70);
    send(Syscall::Call);
    EXPECT_EQ(running(), higher);
    EXPECT_EQ(ready(50), (std::deque{woken, lower}));
}

TEST_F(Scheduling, TwoWokenByOneCallGoToTheHeadsTheLaterInFront) {
    const Name caller = spawn(first_tcb, 100);
    switch_to(caller);
    send(Syscall::Call);
    const Name sender = spawn(first_tcb + 2, 100);
    switch_to(sender);
    send();
    const Name other = spawn(first_tcb + 4, 100);
    happen(message(Syscall::Recv, ep, 0, {}));
    happen(message(Syscall::ReplyRecv, ep, 0, {}));
    EXPECT_EQ(running(), root);
    EXPECT_EQ(ready(100), (std::deque{sender, caller, other}));
}

TEST_F(Scheduling, YieldGoesToTheTail) {
    const Name a = spawn(first_tcb, 100);
    const Name b = spawn(first_tcb + 2, 100);
    happen(message(Syscall::Yield, 0, 0, {}));
    EXPECT_EQ(running(), b);
    EXPECT_EQ(ready(100), (std::deque{a, root}));
    EXPECT_TRUE(outcome.registers.empty());
}

TEST_F(Scheduling, ResumeIsNextInLine) {
    const Name a = spawn(first_tcb, 100);
    const Name b = spawn(first_tcb + 2, 100);
    EXPECT_EQ(running(), root);
    EXPECT_EQ(ready(100), (std::deque{b, a}));
    const Name high = spawn(first_tcb + 4, 150);
    EXPECT_EQ(running(), high);
}

TEST_F(Scheduling, ASliceIsFiveTicksThatFindTheThreadRunning) {
    const Name other = spawn(first_tcb, 100);
    for (int i = 0; i < 4; ++i) {
        happen(Tick{});
        EXPECT_EQ(running(), root);
    }
    happen(message(Syscall::Yield, 0, 0, {})); // does not refill it
    switch_to(root);
    EXPECT_EQ(thread(root).ticks, 1);
    happen(Tick{});
    EXPECT_EQ(running(), other);
    EXPECT_EQ(thread(root).ticks, 5);
    EXPECT_EQ(ready(100), std::deque{root});
}

TEST_F(Scheduling, SetPriorityOnTheRunningThread) {
    const Name equal = spawn(first_tcb, 90);
    set_priority(boot_slot::thread, 90);
    EXPECT_EQ(running(), root); // equals do not run first
    EXPECT_EQ(ready(90), std::deque{equal});
    set_priority(boot_slot::thread, 80);
    EXPECT_EQ(running(), equal);
}

TEST_F(Scheduling, SetPriorityOnAnotherOneIsLikeAWakeUp) {
    const Name a = spawn(first_tcb, 100);
    const Name b = spawn(first_tcb + 2, 50);
    set_priority(first_tcb + 2, 100);
    EXPECT_EQ(ready(100), (std::deque{a, b})); // equal: to the tail
    const Name c = spawn(first_tcb + 4, 40);
    set_priority(first_tcb + 2, 40);
    EXPECT_EQ(ready(40), (std::deque{b, c})); // lower: to the head
    set_priority(first_tcb, 200);
    EXPECT_EQ(running(), a);
}

TEST_F(Scheduling, SetPriorityOnABlockedOneIsOnlyTheNumber) {
    const Name blocked = waiting(first_tcb, 100, ep);
    set_priority(first_tcb, 30);
    EXPECT_EQ(thread(blocked).priority, 30);
    EXPECT_TRUE(in_state(blocked, Receiving{endpoint, true}));
}

TEST_F(Scheduling, RepeatersGoToTheHeadInQueueOrder) {
    const Name a = waiting(first_tcb, 100, ep);
    const Name b = waiting(first_tcb + 2, 100, ep);
    const Name other = spawn(first_tcb + 4, 100);
    ASSERT_EQ(remove(ep), done());
    EXPECT_EQ(running(), root); // goes before them
    EXPECT_EQ(ready(100), (std::deque{b, a, other}));
}

TEST_F(Scheduling, NobodyRunnableIsIdleUntilAnInterruptWakesSomebody) {
    ASSERT_EQ(invoke(boot_slot::irq_control, Method::IrqGet, {40, 60, 64}, {boot_slot::cnode}),
              done());
    ASSERT_EQ(invoke(60, Method::IrqSetNotification, {}, {ntfn}), done());
    happen(message(Syscall::Recv, ntfn, 0, {}));
    EXPECT_FALSE(world.scheduler.running.has_value());
    happen(Tick{});
    EXPECT_THROW(apply(world, Call{}), std::logic_error);
    happen(Interrupt{40});
    EXPECT_EQ(running(), root);
}

TEST_F(Scheduling, AnInterruptsSignalWakesAsIfSignalledByTheRunning) {
    const Name woken = waiting(first_tcb, 100, ntfn);
    const Name equal = spawn(first_tcb + 2, 100);
    ASSERT_EQ(invoke(boot_slot::irq_control, Method::IrqGet, {40, 60, 64}, {boot_slot::cnode}),
              done());
    ASSERT_EQ(invoke(60, Method::IrqSetNotification, {}, {ntfn}), done());
    happen(Interrupt{40});
    EXPECT_EQ(running(), root);
    EXPECT_EQ(ready(100), (std::deque{equal, woken}));
}

TEST_F(Scheduling, DomainSetChecksInOrder) {
    const auto set = [this](const Words& words, const Words& cptrs) {
        return invoke(boot_slot::domain, Method::DomainSet, words, cptrs);
    };
    EXPECT_EQ(set({}, {}), refused(TruncatedMessage));
    EXPECT_EQ(set({1}, {}), refused(InvalidArgument, {0}));
    EXPECT_EQ(set({256}, {ep}), refused(InvalidArgument, {0})); // the whole word
    EXPECT_EQ(set({0}, {}), refused(TruncatedMessage));
    EXPECT_EQ(set({0}, {ep}), refused(InvalidArgument, {1}));
    const Name a = spawn(first_tcb, 100);
    const Name b = spawn(first_tcb + 2, 100);
    EXPECT_EQ(ready(100), (std::deque{b, a}));
    EXPECT_EQ(set({0}, {first_tcb}), done());
    EXPECT_EQ(ready(100), (std::deque{a, b})); // to the head of its queue
    EXPECT_EQ(set({0}, {boot_slot::thread}), done());
    EXPECT_EQ(running(), root);
}

TEST_F(Scheduling, TheDomainScheduleHasTwoEntries) {
    const auto set = [this](const Words& words) {
        return invoke(boot_slot::domain, Method::DomainScheduleConfigure, words);
    };
    EXPECT_EQ(set({0, 0}), refused(TruncatedMessage));
    EXPECT_EQ(set({1, 9, 0}), refused(RangeError, {0, 0}));
    EXPECT_EQ(set({0, 1, Word{1} << 56}), refused(RangeError, {0, 0}));
    EXPECT_EQ(set({0, 0, Word{1} << 56}), refused(InvalidArgument, {2}));
    EXPECT_EQ(set({0, 0, 0}), refused(InvalidArgument, {2})); // it is the start
    EXPECT_EQ(set({0, 0, 5}), done());
    EXPECT_EQ(world.scheduler.domains[0], (DomainEntry{0, 5}));
    const auto start = [this](const Words& words) {
        return invoke(boot_slot::domain, Method::DomainScheduleSetStart, words);
    };
    EXPECT_EQ(start({}), refused(TruncatedMessage));
    EXPECT_EQ(start({2}), refused(RangeError, {0, 1}));
    EXPECT_EQ(start({1}), refused(InvalidArgument, {0})); // the end marker
    EXPECT_EQ(start({0}), done());
    EXPECT_EQ(invoke(boot_slot::domain, Method::IrqGet), refused(IllegalOperation));
}

} // namespace
} // namespace spec
