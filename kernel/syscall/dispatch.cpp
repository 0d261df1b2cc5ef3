#include "syscall/dispatch.hpp"

#include "base/trace.hpp"
#include "syscall/debug.hpp"
#include "syscall/kill.hpp"
#include "syscall/send.hpp"

namespace k {

namespace {

using abi::Syscall;

KernelExit handle_send(KernelState& state, SendMode mode) noexcept {
    const auto exit = send(*state.current, mode, state.objects);
    return exit ? *exit : kill_for_cap_fault(*state.current, exit.error());
}

} // namespace

KernelExit handle_system_call(KernelState& state) noexcept {
    Tcb& caller = *state.current;
    trace::event(trace::Kind::SystemCall, caller.context.x[7], caller.context.x[0]);
    switch (static_cast<Syscall>(caller.context.x[7])) {
    case Syscall::Yield: return KernelExit::Resume; // to nobody else, so far
#if K_DEBUG_CALLS
    case Syscall::DebugPutChar: return debug_put_char(caller);
    case Syscall::DebugHalt: return KernelExit::PowerOff;
    case Syscall::DebugCapIdentify: return debug_cap_identify(caller);
    case Syscall::DebugNameThread: return debug_name_thread();
    case Syscall::DebugSnapshot: return debug_snapshot(state);
    case Syscall::DebugDumpScheduler: return KernelExit::Resume; // there is no scheduler
#endif
    case Syscall::Call: return handle_send(state, SendMode::Call);
    case Syscall::Send: return handle_send(state, SendMode::Send);
    case Syscall::NBSend: return handle_send(state, SendMode::NBSend);
    case Syscall::ReplyRecv:
    case Syscall::Recv:
    case Syscall::Reply:
    case Syscall::NBRecv: break; // there is nobody yet to hear from
    }
    return kill_for_call(caller);
}

} // namespace k
