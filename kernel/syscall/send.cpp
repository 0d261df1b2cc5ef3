#include "syscall/send.hpp"

#include "base/backtrace.hpp"
#include "base/trace.hpp"
#include "ipc/notification.hpp"
#include "syscall/invocation.hpp"
#include "syscall/lookup.hpp"
#include "syscall/reply.hpp"

namespace k {

namespace {

/// Goes back to the system call that the thread is in, which it then makes again.
KernelExit repeat_call(Tcb& caller) noexcept {
    trace::event(trace::Kind::Preempted, caller.context.x[0], Message{caller}.label());
    if (caller.state == ThreadState::Running) caller.context.pc -= instruction_bytes;
    return KernelExit::Preempted;
}

/// Follows the CPtrs that come with a message.
Expected<Ok, CapFault> follow(Tcb& caller, const Message& message, ExtraSlots& slots) noexcept {
    for (usize i = 0; i < message.extra_caps(); ++i)
        (void)slots.push_back(K_TRY(find(caller, message.extra_cptr(i))));
    return Ok{};
}

/// Answers a Call: with an error and what it needs to be understood, or with the results.
void answer(Tcb& caller, const Result<Progress>& outcome, ResultWords& results) noexcept {
    if (outcome) return reply(caller, abi::Error::NoError, results);
    for (const u64 word : outcome.error().words.items())
        results.add(word);
    reply(caller, outcome.error().code, results);
}

/// Has the kernel itself do what a message to one of its objects asks for.
Expected<KernelExit, CapFault> invoke(Tcb& caller, Slot& slot, SendMode mode,
                                      KernelObjects& kernel) noexcept {
    ResultWords results{mode == SendMode::Call ? &caller : nullptr};
    Invocation invocation{&slot, Message{caller}, kernel, results};
    K_TRY(follow(caller, invocation.message, invocation.extra_slots));
    const auto outcome = invoke(invocation);
    if (outcome && *outcome == Progress::Preempted) return repeat_call(caller);
    if (mode == SendMode::Call && caller.state == ThreadState::Running)
        answer(caller, outcome, results);
    return KernelExit::Resume;
}

/// Extra capabilities are of no use before the message moves; but one that leads nowhere is the
/// sender's fault at once.
Expected<Ok, CapFault> require_extra_slots(Tcb& caller) noexcept {
    ExtraSlots unused;
    return follow(caller, Message{caller}, unused);
}

/// Whatever the message says, it is a signal. Nobody will ever answer it but the kernel.
void signal(Tcb& caller, SendMode mode, const Cap<Notification>& through,
            Scheduler& scheduler) noexcept {
    signal(scheduler, through.object(), through.badge());
    if (mode == SendMode::Call) reply(caller, abi::Error::NoError, ResultWords{&caller});
}

/// Whether a message to this is for other threads, not for the kernel. That takes a right.
bool reaches_threads(const Capability& cap) noexcept {
    const bool meeting_place =
        cap.type() == CapType::Endpoint || cap.type() == CapType::Notification;
    return meeting_place && cap.rights()[Rights::write];
}

} // namespace

Expected<KernelExit, CapFault> send(Tcb& caller, SendMode mode, KernelObjects& kernel) noexcept {
    Slot& slot = *K_TRY(find(caller, caller.context.x[0]));
    const Capability& cap = slot.cap;
    if (!reaches_threads(cap)) return invoke(caller, slot, mode, kernel);
    if (abi::MessageInfo{caller.context.x[1]}[abi::MessageInfo::extra_caps] != 0)
        K_TRY(require_extra_slots(caller));
    if (const auto endpoint = cap.as<Endpoint>())
        send(kernel.scheduler, caller, *endpoint, mode);
    else
        signal(caller, mode, *cap.as<Notification>(), kernel.scheduler);
    return KernelExit::Resume;
}

} // namespace k
