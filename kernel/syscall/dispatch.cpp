#include "syscall/dispatch.hpp"

#include "base/backtrace.hpp"
#include "base/trace.hpp"
#include "ipc/reply.hpp"
#include "syscall/debug.hpp"
#include "syscall/handle_fault.hpp"
#include "syscall/receive.hpp"
#include "syscall/send.hpp"

namespace k {

namespace {

using abi::Syscall;

/// The call cannot be made: see what the thread's fault handler says to that.
KernelExit fail(Scheduler& scheduler, Tcb& caller, const auto& fault) noexcept {
    caller.fault = fault;
    handle_fault(scheduler, caller, caller.context.pc - instruction_bytes);
    return KernelExit::Resume;
}

KernelExit handle_send(KernelObjects& kernel, Tcb& caller, SendMode mode) noexcept {
    const auto exit = send(caller, mode, kernel);
    if (exit) return *exit;
    if (mode == SendMode::NBSend) return KernelExit::Resume; // it is told nothing at all
    return fail(kernel.scheduler, caller, exit.error());
}

KernelExit handle_receive(KernelObjects& kernel, Tcb& caller, bool blocking) noexcept {
    const auto done = receive(caller, blocking, kernel.scheduler);
    return done ? KernelExit::Resume : fail(kernel.scheduler, caller, done.error());
}

KernelExit handle_reply(KernelObjects& kernel, Tcb& caller) noexcept {
    Slot& slot = caller.slot(ThreadSlot::Caller);
    if (!slot.is_empty()) reply(kernel.scheduler, caller, slot);
    return KernelExit::Resume;
}

KernelExit handle_reply_receive(KernelObjects& kernel, Tcb& caller) noexcept {
    (void)handle_reply(kernel, caller);
    return handle_receive(kernel, caller, true);
}

KernelExit handle_yield(Scheduler& scheduler) noexcept {
    scheduler.yield();
    return KernelExit::Resume;
}

KernelExit dispatch(KernelState& state, Tcb& caller) noexcept {
    trace::event(trace::Kind::SystemCall, caller.context.x[7], caller.context.x[0]);
    switch (static_cast<Syscall>(caller.context.x[7])) {
    case Syscall::Yield: return handle_yield(state.objects.scheduler);
#if K_DEBUG_CALLS
    case Syscall::DebugPutChar: return debug_put_char(caller);
    case Syscall::DebugHalt: return KernelExit::PowerOff;
    case Syscall::DebugCapIdentify: return debug_cap_identify(caller);
    case Syscall::DebugNameThread: return debug_name_thread(caller);
    case Syscall::DebugSnapshot: return debug_snapshot(state);
    case Syscall::DebugDumpScheduler: return debug_dump_scheduler(state.objects.scheduler);
#endif
    case Syscall::Call: return handle_send(state.objects, caller, SendMode::Call);
    case Syscall::Send: return handle_send(state.objects, caller, SendMode::Send);
    case Syscall::NBSend: return handle_send(state.objects, caller, SendMode::NBSend);
    case Syscall::ReplyRecv: return handle_reply_receive(state.objects, caller);
    case Syscall::Recv: return handle_receive(state.objects, caller, true);
    case Syscall::NBRecv: return handle_receive(state.objects, caller, false);
    case Syscall::Reply: return handle_reply(state.objects, caller);
    }
    return fail(state.objects.scheduler, caller, UnknownSyscall{caller.context.x[7]});
}

} // namespace

KernelExit handle_system_call(KernelState& state) noexcept {
    Tcb& caller = *state.objects.scheduler.current();
    const u64 here = caller.context.pc - instruction_bytes;
    const KernelExit exit = dispatch(state, caller);
    // Whatever has stopped it: if it is restarted, it makes its call again.
    if (caller.state != ThreadState::Running) caller.restart_pc = here;
    return exit;
}

} // namespace k
