/// \file
/// Who runs: every rule about it is here. seL4 manual, "Scheduling".
///
/// The thread with the highest priority runs. Among equals it is a question of turns, and therefore
/// of who goes to which end of a queue; each reason that there is has a function of its own.
///
/// What happens in the kernel on a thread's behalf decides nothing. It tells the scheduler whom it
/// has woken, stopped or made to wait, and at the way out of the kernel `next` takes the decision,
/// once. That is not only cheaper: who runs depends on *all* that has happened. Somebody who is
/// woken by a thread that has to wait itself takes its place without ever seeing a queue.
#pragma once

#include "base/backtrace.hpp"
#include "base/invariant.hpp"
#include "sched/ready_queues.hpp"

namespace k {

class Scheduler {
  public:
    /// The thread that runs, or has entered the kernel; nullptr if none can run.
    [[nodiscard]] Tcb* current() const noexcept { return current_; }

    /// Whether anything has happened that `next` has to look at. If not, the current thread goes
    /// on.
    [[nodiscard]] bool undecided() const noexcept { return plan_ != Plan::Stay; }

    /// Decides who goes on: the current thread from now on. Nobody: nullptr.
    Tcb* next() noexcept {
        if (undecided()) decide();
        return current_;
    }

    /// A Running thread cannot go on: it is to be in `state`, which is another one. Who has it wait
    /// for something puts it into that thing's queue, and has set its restart_pc.
    void block(Tcb& thread, ThreadState state) noexcept {
        K_ASSERT(thread.state == ThreadState::Running && state != ThreadState::Running);
        leave(thread);
        thread.state = state;
    }

    /// The running thread has done what `thread` was waiting for: it goes on at context.pc. Has the
    /// running one to wait itself, in the same call, then it costs least to say so afterwards.
    /// \pre it is not Running, and in no queue any more
    void wake(Tcb& thread) noexcept {
        K_ASSERT(thread.state != ThreadState::Running);
        thread.state = ThreadState::Running;
        set_off(thread);
    }

    /// `thread` is made to run, whatever it was waiting for: it goes on at restart_pc, as the first
    /// of its priority. The running thread goes on before its equals.
    /// \pre it is not Running, and in no queue any more
    void resume(Tcb& thread) noexcept;

    /// What `thread` was waiting for has gone: it makes its system call again, as `resume` has it.
    /// When that happens to many at once, this is called in the order of their queue.
    void repeat_call(Tcb& thread) noexcept { resume(thread); }

    /// Nothing happens to `thread` any more until it is resumed: there, or in the call that it is
    /// making, it goes on. No effect if it is Inactive.
    /// \pre it is in no queue but a ready queue
    void suspend(Tcb& thread) noexcept;

    /// The running thread lets all others of its priority run first.
    void yield() noexcept {
        if (ready_.has(current_->priority)) plan_ = Plan::GiveWay;
    }

    /// A tick of the timer has found the current thread running.
    void tick() noexcept;

    /// The running thread goes on unless one of a higher priority than the new one is ready. Any
    /// other that is Running is treated as if it had been woken.
    void set_priority(Tcb& thread, u8 priority) noexcept;

    /// A thread that is ready becomes the first of its priority.
    void set_domain(Tcb& thread, u8 domain) noexcept;

    [[nodiscard]] const ReadyQueues& ready() const noexcept { return ready_; }

    /// The first thread of all. \pre it is Running, and there was none before
    void start(Tcb& thread) noexcept { current_ = &thread; }

  private:
    /// What `next` has to do. In all but the first case the current thread may be any.
    enum class Plan : u8 {
        Stay,    ///< nothing
        Direct,  ///< one thread has been woken, and is in no queue
        Choose,  ///< the queues decide; the current thread is the first of its priority, if it can
                 ///< run
        GiveWay, ///< the queues decide, and it is the last
    };

    void set_off(Tcb& woken) noexcept {
        if (plan_ != Plan::Stay) return set_off_another(woken);
        plan_ = Plan::Direct;
        woken_ = &woken;
    }

    [[nodiscard]] bool current_can_run() const noexcept {
        return current_ != nullptr && current_->state == ThreadState::Running;
    }

    [[nodiscard]] bool is_queued(const Tcb& thread) const noexcept {
        return thread.state == ThreadState::Running && &thread != current_ && &thread != woken_;
    }

    void set_off_another(Tcb& woken) noexcept;
    void use_queues() noexcept;
    void leave(Tcb& thread) noexcept;
    void decide() noexcept;
    [[nodiscard]] Tcb* place(Tcb& woken) noexcept;

    Tcb* current_ = nullptr;
    Tcb* woken_ = nullptr; ///< if the plan is Direct
    Plan plan_ = Plan::Stay;
    ReadyQueues ready_;
};

/// Panics with the name of the first invariant that does not hold between two events.
void check_every_invariant(const Scheduler& scheduler) noexcept;

} // namespace k
