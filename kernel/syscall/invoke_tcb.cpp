/// \file
/// The methods of TCBs: what can be done with threads. seL4 manual, "Threads and Execution".
#include "syscall/invoke_tcb.hpp"

#include "abi/invocations.hpp"
#include "ipc/notification.hpp"

namespace k {

namespace {

using abi::Error;
namespace args = abi::args;

/// A priority that a thread is to get, as far as the thread whose capability comes with the message
/// may give it: nobody makes others more urgent than somebody has allowed him to.
Result<u8> decode_priority(const Invocation& invocation, u64 priority) noexcept {
    const auto authority = invocation.extra_cap(0).as<Tcb>();
    if (!authority) return fail(Error::InvalidCapability, 1);
    const u64 highest = authority->thread().mcp;
    if (priority > highest) return fail(Error::RangeError, 0, highest);
    return static_cast<u8>(priority);
}

Result<Progress> invoke_set_priority(const Invocation& invocation) noexcept {
    using Arguments = args::TCBSetPriority;
    K_TRY(require(invocation, Arguments::length, Arguments::cap_count));
    const Arguments arguments{invocation.message.words()};
    const u8 priority = K_TRY(decode_priority(invocation, arguments.priority()));
    invocation.kernel.scheduler.set_priority(invoked_thread(invocation), priority);
    return Progress::Done;
}

Result<Progress> invoke_set_mc_priority(const Invocation& invocation) noexcept {
    using Arguments = args::TCBSetMCPriority;
    K_TRY(require(invocation, Arguments::length, Arguments::cap_count));
    const Arguments arguments{invocation.message.words()};
    invoked_thread(invocation).mcp = K_TRY(decode_priority(invocation, arguments.mcp()));
    return Progress::Done;
}

Result<Progress> invoke_set_sched_params(const Invocation& invocation) noexcept {
    using Arguments = args::TCBSetSchedParams;
    K_TRY(require(invocation, Arguments::length, Arguments::cap_count));
    const Arguments arguments{invocation.message.words()};
    const u8 mcp = K_TRY(decode_priority(invocation, arguments.mcp()));
    const u8 priority = K_TRY(decode_priority(invocation, arguments.priority()));
    Tcb& thread = invoked_thread(invocation);
    thread.mcp = mcp;
    invocation.kernel.scheduler.set_priority(thread, priority);
    return Progress::Done;
}

/// Whether a notification can be bound to a thread: one at a time, and nobody else may wait there.
bool is_free(const Notification& notification) noexcept {
    return notification.bound() == nullptr && notification.waiters.empty();
}

Result<Progress> invoke_bind_notification(const Invocation& invocation) noexcept {
    using Arguments = args::TCBBindNotification;
    K_TRY(require(invocation, Arguments::length, Arguments::cap_count));
    Tcb& thread = invoked_thread(invocation);
    const auto notification = invocation.extra_cap(0).as<Notification>();
    if (thread.notification != nullptr || !notification || !notification->rights()[Rights::read] ||
        !is_free(notification->object()))
        return fail(Error::IllegalOperation);
    bind(thread, notification->object());
    return Progress::Done;
}

Result<Progress> invoke_unbind_notification(const Invocation& invocation) noexcept {
    Tcb& thread = invoked_thread(invocation);
    if (thread.notification == nullptr) return fail(Error::IllegalOperation);
    unbind(thread);
    return Progress::Done;
}

Result<Progress> invoke_set_tls_base(const Invocation& invocation) noexcept {
    using Arguments = args::TCBSetTLSBase;
    K_TRY(require(invocation, Arguments::length));
    const Arguments arguments{invocation.message.words()};
    invoked_thread(invocation).context.tls = arguments.tls_base();
    return Progress::Done;
}

Result<Progress> invoke_set_flags(const Invocation& invocation) noexcept {
    using Arguments = args::TCBSetFlags;
    K_TRY(require(invocation, Arguments::length));
    const Arguments arguments{invocation.message.words()};
    const u64 set = arguments.set() & abi::TcbFlags::fpu_disabled.mask; // there are no others
    Tcb& thread = invoked_thread(invocation);
    thread.flags = abi::TcbFlags{(thread.flags.raw() & ~arguments.clear()) | set};
    KernelObjects& kernel = invocation.kernel;
    if (&thread == kernel.scheduler.current()) kernel.fpu.admit(thread);
    invocation.results.add(thread.flags.raw());
    return Progress::Done;
}

Result<Progress> invoke_suspend(const Invocation& invocation) noexcept {
    suspend(invoked_thread(invocation), invocation.kernel);
    return Progress::Done;
}

Result<Progress> invoke_resume(const Invocation& invocation) noexcept {
    resume(invoked_thread(invocation), invocation.kernel);
    return Progress::Done;
}

} // namespace

Result<Progress> invoke_tcb(const Invocation& invocation) noexcept {
    switch (invocation.message.label()) {
    case abi::label::TCBReadRegisters: return invoke_read_registers(invocation);
    case abi::label::TCBWriteRegisters: return invoke_write_registers(invocation);
    case abi::label::TCBCopyRegisters: return invoke_copy_registers(invocation);
    case abi::label::TCBConfigure: return invoke_configure(invocation);
    case abi::label::TCBSetPriority: return invoke_set_priority(invocation);
    case abi::label::TCBSetMCPriority: return invoke_set_mc_priority(invocation);
    case abi::label::TCBSetSchedParams: return invoke_set_sched_params(invocation);
    case abi::label::TCBSetIPCBuffer: return invoke_set_ipc_buffer(invocation);
    case abi::label::TCBSetSpace: return invoke_set_space(invocation);
    case abi::label::TCBSuspend: return invoke_suspend(invocation);
    case abi::label::TCBResume: return invoke_resume(invocation);
    case abi::label::TCBBindNotification: return invoke_bind_notification(invocation);
    case abi::label::TCBUnbindNotification: return invoke_unbind_notification(invocation);
    case abi::label::TCBSetTLSBase: return invoke_set_tls_base(invocation);
    case abi::label::TCBSetFlags: return invoke_set_flags(invocation);
    default: return fail(Error::IllegalOperation);
    }
}

} // namespace k
