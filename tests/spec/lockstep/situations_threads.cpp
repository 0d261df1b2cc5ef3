/// \file
/// Situations: threads and floating point.
#include "situations.hpp"

#include <array>

namespace spec {

namespace {

bool runner_is_deleted(const Moment& moment) {
    return moment.before.running && who_ran(moment) == nullptr;
}

bool runner_is_suspended(const Moment& moment) {
    return succeeded(moment, Method::Suspend) && is_now<Inactive>(who_ran(moment));
}

bool runner_loses_cspace(const Moment& moment) {
    return who_ran(moment) != nullptr &&
           !occupied(moment.after, slot_of(*moment.before.running, ThreadSlot::CSpace));
}

bool waiting_thread_is_deleted(const Moment& moment) {
    const auto gone = [](const auto&, const Thread* thread) { return thread == nullptr; };
    return some_that_was<Sending>(moment, gone) || some_that_was<Receiving>(moment, gone) ||
           some_that_was<AwaitingReply>(moment, gone) || some_that_was<Waiting>(moment, gone);
}

bool buffer_is_gone(const Moment& moment) {
    return any_thread(moment, [&](Name name, const Thread& thread) {
        return thread.buffer_address != 0 && is_now<Runnable>(&thread) &&
               !occupied(moment.after, slot_of(name, ThreadSlot::Buffer));
    });
}

bool space_is_gone(const Moment& moment) {
    return any_thread(moment, [&](Name name, const Thread& thread) {
        return is_now<Runnable>(&thread) &&
               !occupied(moment.after, slot_of(name, ThreadSlot::VSpace));
    });
}

bool higher_priority_takes_over(const Moment& moment) {
    const Thread* ran = who_ran(moment);
    const auto& runs = moment.after.scheduler.running;
    return is_now<Runnable>(ran) && moment.after.threads.at(*runs).priority > ran->priority;
}

bool slice_ends(const Moment& moment) {
    return std::holds_alternative<Tick>(moment.event) &&
           moment.before.running != moment.after.scheduler.running;
}

bool nobody_runs(const Moment& moment) {
    return !moment.after.scheduler.running;
}

bool several_use_fpu(const Moment& moment) {
    return std::holds_alternative<UseFpu>(moment.event) && moment.before.used_fpu.size() > 1;
}

bool fpu_is_denied(const Moment& moment) {
    const Thread* thread = who_ran(moment);
    return std::holds_alternative<UseFpu>(moment.event) && thread != nullptr &&
           (thread->flags & 1) != 0;
}

bool user_of_fpu_is_deleted(const Moment& moment) {
    return std::ranges::any_of(moment.before.used_fpu,
                               [&](Name thread) { return !moment.after.threads.contains(thread); });
}

constexpr std::array rows{
    Situation{12, "the running thread is deleted", runner_is_deleted},
    Situation{12, "the running thread is suspended by itself", runner_is_suspended},
    Situation{12, "the running thread loses its CSpace", runner_loses_cspace},
    Situation{12, "a thread that can run has lost its IPC buffer", buffer_is_gone},
    Situation{12, "a thread that can run has lost its VSpace", space_is_gone},
    Situation{12, "a thread of higher priority takes over", higher_priority_takes_over},
    Situation{12, "a time slice ends", slice_ends},
    Situation{12, "no thread can run", nobody_runs},
    Situation{12, "several threads use the FPU", several_use_fpu},
    Situation{12, "a thread may not use the FPU, and tries", fpu_is_denied},
    Situation{12, "a thread is deleted that has used the FPU", user_of_fpu_is_deleted},
    Situation{14, "a thread is deleted while it waits", waiting_thread_is_deleted},
};

} // namespace

std::span<const Situation> threads_situations() {
    return rows;
}

} // namespace spec
