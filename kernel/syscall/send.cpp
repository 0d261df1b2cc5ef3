#include "syscall/send.hpp"

#include "base/backtrace.hpp"
#include "base/trace.hpp"
#include "object/endpoint.hpp"
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

Expected<Slot*, CapFault> find(Tcb& thread, u64 cptr) noexcept {
    const auto slot = lookup(thread, cptr);
    if (!slot) return Unexpected{CapFault{cptr, slot.error()}};
    return *slot;
}

/// Follows the CPtrs of a message: that of the invoked capability first, then those that come with
/// it.
Expected<Invocation, CapFault> follow(Tcb& caller, KernelObjects& kernel,
                                      ResultWords& results) noexcept {
    const Message message{caller};
    Invocation invocation{K_TRY(find(caller, caller.context.x[0])), message, kernel, results};
    for (usize i = 0; i < message.extra_caps(); ++i)
        (void)invocation.extra_slots.push_back(K_TRY(find(caller, message.extra_cptr(i))));
    return invocation;
}

/// Whether what is sent through a capability waits for somebody who wants it. Nobody can, yet.
bool must_wait(const Capability& cap) noexcept {
    return cap.as<Endpoint>() && cap.rights()[Rights::write];
}

/// Answers a Call: with an error and what it needs to be understood, or with the results.
void answer(Tcb& caller, const Result<Progress>& outcome, ResultWords& results) noexcept {
    if (outcome) return reply(caller, abi::Error::NoError, results);
    for (const u64 word : outcome.error().words.items())
        results.add(word);
    reply(caller, outcome.error().code, results);
}

} // namespace

Expected<KernelExit, CapFault> send(Tcb& caller, SendMode mode, KernelObjects& kernel) noexcept {
    ResultWords results{mode == SendMode::Call ? &caller : nullptr};
    const auto invocation = follow(caller, kernel, results);
    if (!invocation && mode == SendMode::NBSend) return KernelExit::Resume;
    if (mode != SendMode::NBSend && must_wait(K_TRY(invocation).slot->cap)) {
        kernel.scheduler.block(caller, ThreadState::Inactive);
        return KernelExit::Resume;
    }
    const auto outcome = invoke(K_TRY(invocation));
    if (outcome && *outcome == Progress::Preempted) return repeat_call(caller);
    if (mode == SendMode::Call && caller.state == ThreadState::Running)
        answer(caller, outcome, results);
    return KernelExit::Resume;
}

} // namespace k
