#include "syscall/dispatch.hpp"

#include "abi/syscalls.hpp"
#include "base/print.hpp"
#include "base/trace.hpp"
#include "syscall/kill.hpp"

namespace k {

namespace {

using abi::Syscall;

/// Prints the low byte of x0. \n is sent as the kernel's own are.
[[maybe_unused]] KernelExit put_char(const Tcb& caller) noexcept {
    const auto character = static_cast<char>(caller.context.x[0]);
    Console::write({&character, 1});
    return KernelExit::Resume;
}

} // namespace

KernelExit handle_system_call(KernelState& state) noexcept {
    Tcb& caller = *state.current;
    const auto call = static_cast<Syscall>(caller.context.x[7]);
    trace::event(trace::Kind::SystemCall, caller.context.x[7], caller.context.x[0]);
    switch (call) {
    case Syscall::Yield: return KernelExit::Resume; // to nobody else, so far
#if K_DEBUG_CALLS
    case Syscall::DebugPutChar: return put_char(caller);
    case Syscall::DebugHalt: return KernelExit::PowerOff;
#endif
    case Syscall::Call:
    case Syscall::ReplyRecv:
    case Syscall::Send:
    case Syscall::NBSend:
    case Syscall::Recv:
    case Syscall::Reply:
    case Syscall::NBRecv: break; // there is nothing yet that they could be about
#if K_DEBUG_CALLS
    case Syscall::DebugDumpScheduler:
    case Syscall::DebugCapIdentify:
    case Syscall::DebugSnapshot:
    case Syscall::DebugNameThread: break;
#endif
    }
    return kill_for_call(caller);
}

} // namespace k
