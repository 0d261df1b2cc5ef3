// Who runs: SEMANTICS, "Scheduling", a test for each sentence.
#include "threads.hpp"

namespace k {
namespace {

using test::ThreadsTest;

TEST(PrioritySet, KnowsItsHighest) {
    for (unsigned low = 0; low < 256; low += 17) {
        for (unsigned high = low; high < 256; ++high) {
            PrioritySet set;
            EXPECT_TRUE(set.empty());
            set.add(static_cast<u8>(low));
            set.add(static_cast<u8>(high));
            EXPECT_EQ(set.highest(), high);
            EXPECT_TRUE(set.has(static_cast<u8>(low)) && set.has(static_cast<u8>(high)));
            set.drop(static_cast<u8>(high));
            EXPECT_EQ(set.empty(), low == high);
            if (low != high) {
                EXPECT_EQ(set.highest(), low);
            }
            set.drop(static_cast<u8>(low));
            EXPECT_EQ(set, PrioritySet{}) << "nothing is left of it";
        }
    }
}

using ThreadQueueTest = ThreadsTest;

TEST_F(ThreadQueueTest, KeepsOrderWhoeverLeaves) {
    Tcb& a = thread('a', 0);
    Tcb& b = thread('b', 0);
    Tcb& c = thread('c', 0);
    Tcb& d = thread('d', 0);
    const auto names = [](ThreadQueue& queue) {
        std::string all;
        while (!queue.empty())
            all += queue.pop_front().name[0];
        return all;
    };
    for (Tcb* const leaves : {&a, &b, &c, &d}) {
        ThreadQueue queue;
        EXPECT_EQ(queue.front(), nullptr);
        queue.push_back(b);
        queue.push_back(c);
        queue.push_front(a);
        queue.push_back(d);
        EXPECT_EQ(queue.front(), &a);
        queue.remove(*leaves);
        std::string rest = "abcd";
        rest.erase(rest.find(leaves->name[0]), 1);
        EXPECT_EQ(names(queue), rest);
        EXPECT_TRUE(queue.empty());
        queue.push_front(*leaves); // and it is as good as new
        EXPECT_EQ(names(queue), std::string(1, leaves->name[0]));
    }
}

using SchedulerTest = ThreadsTest;

TEST_F(SchedulerTest, WithoutNewsTheRunningThreadGoesOn) {
    running('a', 5);
    ready('b', 5);
    EXPECT_FALSE(scheduler_.undecided());
    EXPECT_EQ(decide(), 'a');
    EXPECT_EQ(order(), "b");
}

TEST_F(SchedulerTest, TheHighestPriorityRunsWhenTheRunningThreadStops) {
    Tcb& a = running('a', 9);
    ready('b', 3);
    ready('c', 200);
    ready('d', 200);
    ready('e', 64);
    EXPECT_EQ(decide(), 'c') << "a higher one was ready";
    EXPECT_EQ(order(), "deab") << "the one that was preempted is first of its priority";
    scheduler_.suspend(*scheduler_.current());
    EXPECT_EQ(decide(), 'd');
    scheduler_.suspend(*scheduler_.current());
    EXPECT_EQ(decide(), 'e');
    scheduler_.block(*scheduler_.current(), ThreadState::Inactive);
    EXPECT_EQ(decide(), 'a');
    EXPECT_EQ(scheduler_.current(), &a);
}

TEST_F(SchedulerTest, WhenNobodyCanRunThereIsNobody) {
    Tcb& a = running('a', 9);
    scheduler_.suspend(a);
    EXPECT_EQ(decide(), '-');
    EXPECT_EQ(scheduler_.current(), nullptr);
    EXPECT_EQ(decide(), '-') << "and that stays so";
    scheduler_.tick(); // finds nobody
    EXPECT_EQ(decide(), '-');
    scheduler_.wake(a); // from idle the woken thread runs
    EXPECT_EQ(decide(), 'a');
}

TEST_F(SchedulerTest, ASliceIsFiveTicks) {
    Tcb& a = running('a', 5);
    Tcb& b = ready('b', 5);
    ready('c', 4);
    for (int round = 0; round < 3; ++round) {
        for (int tick = 0; tick < 4; ++tick) {
            scheduler_.tick();
            EXPECT_EQ(decide(), 'a');
        }
        scheduler_.tick();
        EXPECT_EQ(decide(), 'b');
        EXPECT_EQ(a.ticks_left, 5) << "new ones";
        EXPECT_EQ(order(), "ac");
        for (int tick = 0; tick < 5; ++tick) {
            EXPECT_EQ(b.ticks_left, 5 - tick);
            scheduler_.tick();
            EXPECT_EQ(decide(), tick < 4 ? 'b' : 'a');
        }
    }
}

TEST_F(SchedulerTest, ASliceGoesOnAloneToo) {
    Tcb& a = running('a', 5);
    ready('c', 4);
    for (int tick = 0; tick < 13; ++tick) {
        scheduler_.tick();
        EXPECT_EQ(decide(), 'a');
    }
    EXPECT_EQ(a.ticks_left, 2);
}

TEST_F(SchedulerTest, BlockingYieldingOrBeingPreemptedRefillsNoSlice) {
    Tcb& a = running('a', 5);
    ready('b', 5);
    scheduler_.tick();
    scheduler_.tick();
    scheduler_.yield();
    EXPECT_EQ(decide(), 'b');
    EXPECT_EQ(a.ticks_left, 3);
    scheduler_.yield();
    EXPECT_EQ(decide(), 'a');
    Tcb& high = thread('h', 9);
    scheduler_.wake(high);
    EXPECT_EQ(decide(), 'h');
    EXPECT_EQ(a.ticks_left, 3);
    scheduler_.suspend(high);
    EXPECT_EQ(decide(), 'a');
    scheduler_.block(a, ThreadState::Inactive);
    EXPECT_EQ(decide(), 'b');
    scheduler_.wake(a);
    EXPECT_EQ(decide(), 'b');
    EXPECT_EQ(a.ticks_left, 3);
}

TEST_F(SchedulerTest, WhoIsPreemptedGoesOnFirstAmongItsEquals) {
    running('a', 5);
    ready('b', 5);
    Tcb& high = thread('h', 6);
    scheduler_.wake(high);
    EXPECT_EQ(decide(), 'h');
    EXPECT_EQ(order(), "ab");
    scheduler_.suspend(high);
    EXPECT_EQ(decide(), 'a');
}

TEST_F(SchedulerTest, WhoYieldsLetsAllOthersOfItsPriorityRunFirst) {
    running('a', 5);
    ready('b', 5);
    ready('c', 5);
    ready('d', 4);
    scheduler_.yield();
    EXPECT_EQ(decide(), 'b');
    EXPECT_EQ(order(), "cad");
    scheduler_.yield();
    EXPECT_EQ(decide(), 'c');
    scheduler_.yield();
    EXPECT_EQ(decide(), 'a');
}

TEST_F(SchedulerTest, YieldingToNobodyIsNothing) {
    running('a', 5);
    ready('d', 4);
    scheduler_.yield();
    EXPECT_FALSE(scheduler_.undecided());
    EXPECT_EQ(decide(), 'a');
    EXPECT_EQ(order(), "d");
}

TEST_F(SchedulerTest, AWokenThreadOfHigherPriorityRunsAtOnce) {
    running('a', 5);
    ready('b', 5);
    Tcb& woken = thread('w', 6);
    scheduler_.wake(woken);
    EXPECT_TRUE(scheduler_.undecided());
    EXPECT_EQ(decide(), 'w');
    EXPECT_EQ(woken.context.pc, 0x1000u) << "it goes on with what it waited for";
    EXPECT_EQ(order(), "ab");
}

TEST_F(SchedulerTest, AWokenThreadOfEqualPriorityGoesToTheTail) {
    running('a', 5);
    ready('b', 5);
    scheduler_.wake(thread('w', 5));
    EXPECT_EQ(decide(), 'a');
    EXPECT_EQ(order(), "bw");
}

TEST_F(SchedulerTest, AWokenThreadOfLowerPriorityGoesToTheHead) {
    running('a', 5);
    ready('b', 4);
    scheduler_.wake(thread('w', 4));
    EXPECT_EQ(decide(), 'a');
    EXPECT_EQ(order(), "wb");
}

TEST_F(SchedulerTest, AWokenThreadTakesThePlaceOfOneThatBlocks) {
    for (const bool blocks_first : {false, true}) {
        for (const u8 priority : std::array<u8, 3>{3, 5, 7}) {
            SCOPED_TRACE(testing::Message() << blocks_first << ' ' << int{priority});
            start_over();
            Tcb& a = running('a', 5);
            ready('b', 3);
            Tcb& woken = thread('w', priority);
            if (blocks_first) scheduler_.block(a, ThreadState::Inactive);
            scheduler_.wake(woken);
            if (!blocks_first) scheduler_.block(a, ThreadState::Inactive);
            EXPECT_EQ(decide(), 'w') << "ahead of equals in the queue";
            EXPECT_EQ(order(), "b");
        }
    }
}

TEST_F(SchedulerTest, UnlessOneOfHigherPriorityIsReady) {
    for (const bool blocks_first : {false, true}) {
        start_over();
        Tcb& a = running('a', 5);
        ready('b', 4);
        ready('c', 3);
        Tcb& woken = thread('w', 3);
        if (blocks_first) scheduler_.block(a, ThreadState::Inactive);
        scheduler_.wake(woken);
        if (!blocks_first) scheduler_.block(a, ThreadState::Inactive);
        EXPECT_EQ(decide(), 'b');
        EXPECT_EQ(order(), "wc");
    }
}

TEST_F(SchedulerTest, TwoWokenThreadsBothGoToTheHeadsOfTheirQueues) {
    Tcb& a = running('a', 5);
    ready('b', 5);
    scheduler_.wake(thread('v', 5));
    scheduler_.wake(thread('w', 5));
    EXPECT_EQ(decide(), 'a') << "in front of those of its own priority";
    EXPECT_EQ(order(), "wvb") << "the later one in front";
    scheduler_.wake(thread('x', 7));
    scheduler_.wake(thread('y', 6));
    scheduler_.wake(thread('z', 7));
    EXPECT_EQ(decide(), 'z') << "a third joins them";
    EXPECT_EQ(order(), "xyawvb");
    EXPECT_EQ(a.state, ThreadState::Running);
}

TEST_F(SchedulerTest, OneOfTwoWokenThreadsTakesThePlaceOfOneThatBlocks) {
    Tcb& a = running('a', 5);
    ready('b', 5);
    scheduler_.wake(thread('v', 5));
    scheduler_.block(a, ThreadState::Inactive);
    scheduler_.wake(thread('w', 5));
    EXPECT_EQ(decide(), 'w');
    EXPECT_EQ(order(), "vb");
}

TEST_F(SchedulerTest, AWokenThreadCanBeStoppedBeforeItHasRun) {
    Tcb& a = running('a', 5);
    ready('b', 4);
    Tcb& woken = thread('w', 7);
    scheduler_.wake(woken);
    scheduler_.suspend(woken);
    EXPECT_EQ(decide(), 'a');
    scheduler_.wake(woken);
    scheduler_.block(a, ThreadState::Inactive);
    scheduler_.suspend(woken);
    EXPECT_EQ(decide(), 'b');
    EXPECT_EQ(woken.restart_pc, 0x1000u);
}

TEST_F(SchedulerTest, AResumedThreadIsNextInLine) {
    running('a', 5);
    ready('b', 5);
    Tcb& resumed = thread('r', 5);
    scheduler_.resume(resumed);
    EXPECT_EQ(decide(), 'a') << "the one that resumes it goes on";
    EXPECT_EQ(order(), "rb");
    EXPECT_EQ(resumed.context.pc, 0x2000u) << "it executes again what made it wait";
}

TEST_F(SchedulerTest, AResumedThreadOfHigherPriorityRunsAtOnce) {
    running('a', 5);
    scheduler_.resume(thread('r', 6));
    EXPECT_EQ(decide(), 'r');
    EXPECT_EQ(order(), "a");
}

TEST_F(SchedulerTest, AResumedThreadOfLowerPriorityIsTheFirstOfIts) {
    running('a', 5);
    ready('b', 4);
    scheduler_.resume(thread('r', 4));
    EXPECT_EQ(decide(), 'a');
    EXPECT_EQ(order(), "rb");
}

TEST_F(SchedulerTest, AWokenAndAResumedThreadUseTheQueues) {
    running('a', 5);
    scheduler_.wake(thread('w', 5));
    scheduler_.resume(thread('r', 5));
    EXPECT_EQ(decide(), 'a');
    EXPECT_EQ(order(), "rw");
}

TEST_F(SchedulerTest, AThreadStoppedAndResumedInItsOwnCallGoesOnWithIt) {
    Tcb& a = running('a', 5);
    ready('b', 5);
    scheduler_.suspend(a);
    scheduler_.resume(a);
    EXPECT_EQ(decide(), 'a');
    EXPECT_EQ(a.context.pc, 0x1000u);
    EXPECT_EQ(order(), "b");
}

TEST_F(SchedulerTest, ThreadsThatRepeatTheirCallsComeInTheOrderOfTheirQueue) {
    running('a', 5);
    ready('b', 5);
    Tcb& first = thread('1', 5);
    Tcb& second = thread('2', 5);
    scheduler_.repeat_call(first);
    scheduler_.repeat_call(second);
    EXPECT_EQ(decide(), 'a') << "the running thread goes before them";
    EXPECT_EQ(order(), "21b") << "the last one ends in front";
    EXPECT_EQ(first.context.pc, 0x2000u);
    scheduler_.repeat_call(thread('3', 6));
    EXPECT_EQ(decide(), '3') << "unless its priority is lower";
}

TEST_F(SchedulerTest, StoppingAReadyThreadKeepsWhereItIs) {
    running('a', 5);
    Tcb& b = ready('b', 5);
    b.context.pc = 0x3000;
    scheduler_.suspend(b);
    EXPECT_EQ(decide(), 'a');
    EXPECT_EQ(order(), "");
    EXPECT_EQ(b.state, ThreadState::Inactive);
    EXPECT_EQ(b.restart_pc, 0x3000u);
}

TEST_F(SchedulerTest, StoppingItselfAThreadIsInItsCall) {
    Tcb& a = running('a', 5);
    scheduler_.suspend(a);
    EXPECT_EQ(a.restart_pc, 0x0ffcu);
    EXPECT_EQ(decide(), '-');
}

TEST_F(SchedulerTest, StoppingAnInactiveThreadChangesNothing) {
    running('a', 5);
    Tcb& b = thread('b', 5);
    scheduler_.suspend(b);
    EXPECT_FALSE(scheduler_.undecided());
    EXPECT_EQ(b.restart_pc, 0x2000u);
    EXPECT_EQ(decide(), 'a');
}

TEST_F(SchedulerTest, WithAnotherPriorityTheRunningThreadIsTheFirstOfIts) {
    Tcb& a = running('a', 5);
    ready('b', 5);
    ready('c', 4);
    scheduler_.set_priority(a, 4);
    EXPECT_EQ(decide(), 'b');
    EXPECT_EQ(order(), "ac");
    scheduler_.set_priority(*scheduler_.current(), 4);
    EXPECT_EQ(decide(), 'b') << "equals do not run first";
    EXPECT_EQ(order(), "ac");
    scheduler_.set_priority(*scheduler_.current(), 200);
    EXPECT_EQ(decide(), 'b');
    EXPECT_EQ(scheduler_.current()->priority, 200);
}

TEST_F(SchedulerTest, WithAnotherPriorityAReadyThreadIsAsIfWoken) {
    running('a', 5);
    Tcb& b = ready('b', 3);
    ready('c', 4);
    ready('d', 5);
    scheduler_.set_priority(b, 4);
    EXPECT_EQ(decide(), 'a');
    EXPECT_EQ(order(), "dbc") << "lower: the head";
    scheduler_.set_priority(b, 5);
    EXPECT_EQ(decide(), 'a');
    EXPECT_EQ(order(), "dbc") << "equal: the tail";
    scheduler_.set_priority(b, 6);
    EXPECT_EQ(decide(), 'b') << "higher: at once";
    EXPECT_EQ(order(), "adc");
}

TEST_F(SchedulerTest, OfAThreadThatWaitsOnlyThePriorityChanges) {
    running('a', 5);
    Tcb& b = thread('b', 3);
    scheduler_.set_priority(b, 255);
    EXPECT_EQ(b.priority, 255);
    EXPECT_FALSE(scheduler_.undecided());
    EXPECT_EQ(decide(), 'a');
    EXPECT_EQ(b.state, ThreadState::Inactive);
}

TEST_F(SchedulerTest, WithAnotherDomainAReadyThreadIsTheFirstOfItsPriority) {
    Tcb& a = running('a', 5);
    ready('b', 5);
    Tcb& c = ready('c', 5);
    Tcb& d = thread('d', 5);
    scheduler_.set_domain(c, 0);
    scheduler_.set_domain(d, 7);
    scheduler_.set_domain(a, 0);
    EXPECT_EQ(decide(), 'a');
    EXPECT_EQ(order(), "cb");
    EXPECT_EQ(d.domain, 7);
    EXPECT_EQ(d.state, ThreadState::Inactive);
}

using SchedulerDeathTest = ThreadsTest;

TEST_F(SchedulerDeathTest, InvariantsNameWhatIsWrong) {
    Tcb& a = running('a', 5);
    Tcb& b = ready('b', 5);
    b.state = ThreadState::Inactive;
    EXPECT_DEATH(check_every_invariant(scheduler_), "who is in a ready queue can run");
    b.state = ThreadState::Running;
    a.priority = 4;
    EXPECT_DEATH(check_every_invariant(scheduler_), "nobody who is ready has a higher priority");
    a.priority = 5;
    a.state = ThreadState::Inactive;
    EXPECT_DEATH(check_every_invariant(scheduler_), "the current thread runs");
    a.state = ThreadState::Running;
    scheduler_.yield();
    EXPECT_DEATH(check_every_invariant(scheduler_), "it has been decided");
}

TEST_F(SchedulerDeathTest, InvariantsNameWhatIsWrongInAQueue) {
    constexpr auto message = "who is in a ready queue can run, and does not";
    Tcb& a = running('a', 5);
    Tcb& b = ready('b', 5);
    b.priority = 4;
    EXPECT_DEATH(check_every_invariant(scheduler_), message);
    b.priority = 5;
    scheduler_.start(b);
    EXPECT_DEATH(check_every_invariant(scheduler_), message);
    scheduler_.start(a);
    const_cast<ThreadQueue&>(scheduler_.ready().queue(5)).remove(b);
    EXPECT_DEATH(check_every_invariant(scheduler_), message);
}

TEST_F(SchedulerDeathTest, InvariantsSeeAThreadThatIsLeftReadyWhenNobodyRuns) {
    Tcb& a = thread('a', 5);
    a.state = ThreadState::Running;
    const_cast<ReadyQueues&>(scheduler_.ready()).push_front(a);
    EXPECT_DEATH(check_every_invariant(scheduler_), "nobody who is ready has a higher priority");
}

} // namespace
} // namespace k
