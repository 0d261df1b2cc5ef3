#include "sched/scheduler.hpp"

#include <array>
#include <utility>

namespace k {

void Scheduler::resume(Tcb& thread) noexcept {
    K_ASSERT(thread.state != ThreadState::Running);
    thread.state = ThreadState::Running;
    use_queues();
    if (&thread == current_) return; // it was stopped in this very call, and goes on with it
    thread.context.pc = thread.restart_pc;
    ready_.push_front(thread);
}

void Scheduler::suspend(Tcb& thread) noexcept {
    if (thread.state == ThreadState::Inactive) return;
    if (thread.state == ThreadState::Running) {
        const bool in_a_call = &thread == current_; // in this one
        thread.restart_pc = thread.context.pc - (in_a_call ? instruction_bytes : 0);
        leave(thread);
    }
    thread.state = ThreadState::Inactive;
}

void Scheduler::tick() noexcept {
    if (current_ == nullptr || --current_->ticks_left != 0) return;
    current_->ticks_left = ticks_in_slice;
    yield();
}

void Scheduler::set_priority(Tcb& thread, u8 priority) noexcept {
    const bool ready = is_queued(thread);
    if (ready) ready_.remove(thread);
    thread.priority = priority;
    if (ready)
        set_off(thread);
    else if (&thread == current_)
        use_queues();
}

void Scheduler::set_domain(Tcb& thread, u8 domain) noexcept {
    thread.domain = domain;
    if (!is_queued(thread)) return;
    ready_.remove(thread);
    ready_.push_front(thread);
}

/// One thread may take the place of the running one. As soon as there are two, it takes queues to
/// know who is first.
void Scheduler::set_off_another(Tcb& woken) noexcept {
    use_queues();
    ready_.push_front(woken);
}

void Scheduler::use_queues() noexcept {
    plan_ = Plan::Choose;
    if (woken_ != nullptr) ready_.push_front(*std::exchange(woken_, nullptr));
}

/// Takes a thread that is Running from where it is.
void Scheduler::leave(Tcb& thread) noexcept {
    if (is_queued(thread))
        ready_.remove(thread);
    else if (&thread == woken_)
        woken_ = nullptr;
    if (woken_ == nullptr) plan_ = Plan::Choose;
}

void Scheduler::decide() noexcept {
    const Plan plan = std::exchange(plan_, Plan::Stay);
    if (plan == Plan::Direct) {
        current_ = place(*std::exchange(woken_, nullptr));
        return;
    }
    if (current_can_run())
        plan == Plan::GiveWay ? ready_.push_back(*current_) : ready_.push_front(*current_);
    current_ = ready_.take();
}

/// Decides between the only thread that has been woken and all others.
/// \return who runs
Tcb* Scheduler::place(Tcb& woken) noexcept {
    if (!current_can_run()) {
        if (ready_.empty() || ready_.highest() <= woken.priority) return &woken;
        ready_.push_front(woken);
        return ready_.take();
    }
    if (woken.priority > current_->priority) {
        ready_.push_front(*current_);
        return &woken;
    }
    woken.priority == current_->priority ? ready_.push_back(woken) : ready_.push_front(woken);
    return current_;
}

namespace {

bool current_is_no_worse(const Scheduler& scheduler) noexcept {
    const ReadyQueues& ready = scheduler.ready();
    return ready.empty() ||
           (scheduler.current() != nullptr && scheduler.current()->priority >= ready.highest());
}

bool current_runs(const Scheduler& scheduler) noexcept {
    return scheduler.current() == nullptr || scheduler.current()->state == ThreadState::Running;
}

bool is_decided(const Scheduler& scheduler) noexcept {
    return !scheduler.undecided();
}

/// The first of the highest priority stands for all.
bool queued_are_ready(const Scheduler& scheduler) noexcept {
    const ReadyQueues& ready = scheduler.ready();
    if (ready.empty()) return true;
    const Tcb* const first = ready.queue(ready.highest()).front();
    return first != nullptr && first->state == ThreadState::Running &&
           first != scheduler.current() && first->priority == ready.highest();
}

constexpr std::array scheduler_invariants{
    Invariant<Scheduler>{"the current thread runs", current_runs},
    Invariant<Scheduler>{"it has been decided who runs", is_decided},
    Invariant<Scheduler>{"nobody who is ready has a higher priority than the current thread",
                         current_is_no_worse},
    Invariant<Scheduler>{"who is in a ready queue can run, and does not", queued_are_ready},
};

} // namespace

void check_every_invariant(const Scheduler& scheduler) noexcept {
    check_invariants<Scheduler>(scheduler, scheduler_invariants);
}

} // namespace k
