/// \file
/// Threads for tests, and what to call them when one is not where it should be.
#pragma once

#include "sched/scheduler.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

namespace k::test {

/// Threads with names, and a scheduler for them. Between two events the scheduler's invariants
/// hold, and every thread is where its state says.
class ThreadsTest : public testing::Test {
  protected:
    /// A thread that is not Running. \param name  a single letter
    Tcb& thread(char name, u8 priority) {
        Tcb& thread = threads_.emplace_back();
        thread.name[0] = name;
        thread.priority = priority;
        thread.context.pc = 0x1000;
        thread.restart_pc = 0x2000;
        return thread;
    }

    /// One that is ready to run, behind those of its priority that are.
    Tcb& ready(char name, u8 priority) {
        Tcb& made = thread(name, priority);
        // Whom one resumes goes to the front: so he comes first, and then the others again.
        std::vector<Tcb*> before;
        while (Tcb* const first = scheduler_.ready().queue(priority).front()) {
            before.push_back(first);
            scheduler_.suspend(*first);
        }
        scheduler_.resume(made);
        for (auto at = before.rbegin(); at != before.rend(); ++at)
            scheduler_.resume(**at);
        (void)decide();
        return made;
    }

    /// The running thread.
    Tcb& running(char name, u8 priority) {
        Tcb& made = thread(name, priority);
        made.state = ThreadState::Running;
        scheduler_.start(made);
        return made;
    }

    /// Without any thread.
    void start_over() {
        scheduler_ = {};
        threads_.clear();
    }

    /// The event is over: who goes on? Nobody: '-'.
    char decide() {
        const Tcb* const next = scheduler_.next();
        check_every_invariant(scheduler_);
        for (const Tcb& thread : threads_)
            EXPECT_EQ(is_queued(thread), thread.state == ThreadState::Running && &thread != next)
                << thread.name[0];
        for (unsigned priority = 0; priority < 256; ++priority) {
            const auto level = static_cast<u8>(priority);
            EXPECT_EQ(scheduler_.ready().has(level), !scheduler_.ready().queue(level).empty());
        }
        return next == nullptr ? '-' : next->name[0];
    }

    /// The names of who is ready, in the order in which they would run.
    [[nodiscard]] std::string order() const {
        std::string names;
        for (unsigned priority = 256; priority-- != 0;)
            for_each(static_cast<u8>(priority), [&](const Tcb& at) { names += at.name[0]; });
        return names;
    }

    Scheduler scheduler_;

  private:
    template <class Visit>
    void for_each(u8 priority, Visit visit) const {
        const Tcb* before = nullptr;
        for (const Tcb* at = scheduler_.ready().queue(priority).front(); at != nullptr;
             at = at->next) {
            EXPECT_EQ(at->priority, priority);
            EXPECT_EQ(at->previous, before);
            before = at;
            visit(*at);
        }
    }

    [[nodiscard]] bool is_queued(const Tcb& thread) const {
        bool found = false;
        for_each(thread.priority, [&](const Tcb& at) { found |= &at == &thread; });
        return found;
    }

    std::deque<Tcb> threads_;
};

} // namespace k::test
