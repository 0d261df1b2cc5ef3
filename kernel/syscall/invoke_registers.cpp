/// \file
/// The methods of TCBs that carry registers. seL4 manual, "seL4_TCB_ReadRegisters" and those beside
/// it.
#include "abi/invocations.hpp"
#include "base/backtrace.hpp"
#include "syscall/invoke_tcb.hpp"
#include "syscall/registers.hpp"

#include <algorithm>

namespace k {

namespace {

using abi::Error;
namespace args = abi::args;

/// The pc where a thread would go on if it were resumed. The one that asks is in the middle of its
/// system call.
u64 pc_of(const Tcb& thread, const Scheduler& scheduler) noexcept {
    if (thread.state != ThreadState::Running) return thread.restart_pc;
    return thread.context.pc - (&thread == scheduler.current() ? instruction_bytes : 0);
}

/// With a new pc a thread forgets where it was: however it comes to run again, it goes on there.
void set_pc(Tcb& thread, u64 pc) noexcept {
    thread.context.pc = pc;
    thread.restart_pc = pc;
}

/// Gives `target` the registers from number `begin` to before `end`, of which the pc is none.
void copy_registers(const Tcb& source, Tcb& target, usize begin, usize end) noexcept {
    for (usize i = begin; i < end; ++i)
        write_register(target.context, i, read_register(source.context, i));
}

/// Only a thread that stands still has registers to speak of.
Result<Tcb*> require_other(const Invocation& invocation) noexcept {
    Tcb& thread = invoked_thread(invocation);
    if (&thread == invocation.kernel.scheduler.current()) return fail(Error::IllegalOperation);
    return &thread;
}

} // namespace

Result<Progress> invoke_read_registers(const Invocation& invocation) noexcept {
    using Arguments = args::TCBReadRegisters;
    K_TRY(require(invocation, Arguments::length));
    const Arguments arguments{invocation.message.words()};
    const u64 count = arguments.count();
    if (count < 1 || count > abi::user_context_words)
        return fail(Error::RangeError, 1, abi::user_context_words);
    Tcb* const source = K_TRY(require_other(invocation));

    if (arguments.suspend_source()) suspend(*source, invocation.kernel);
    invocation.results.add(pc_of(*source, invocation.kernel.scheduler));
    invocation.results.add_each(count - 1,
                                [&](usize i) { return read_register(source->context, i + 1); });
    return Progress::Done;
}

Result<Progress> invoke_write_registers(const Invocation& invocation) noexcept {
    using Arguments = args::TCBWriteRegisters;
    constexpr usize least = 2; // the length depends on how many registers there are
    K_TRY(require(invocation, least));
    const Arguments arguments{invocation.message.words()};
    if (invocation.message.length() - least < arguments.count())
        return fail(Error::TruncatedMessage);
    Tcb* const target = K_TRY(require_other(invocation));

    const usize count = std::min(arguments.count(), abi::user_context_words);
    if (count > pc_register) set_pc(*target, arguments.regs(pc_register));
    for (usize i = pc_register + 1; i < count; ++i)
        write_register(target->context, i, arguments.regs(i));
    if (arguments.resume_target()) resume(*target, invocation.kernel);
    return Progress::Done;
}

Result<Progress> invoke_copy_registers(const Invocation& invocation) noexcept {
    using Arguments = args::TCBCopyRegisters;
    K_TRY(require(invocation, 1, Arguments::cap_count));
    const Arguments arguments{invocation.message.words()};
    const auto source_cap = invocation.extra_cap(Arguments::source).as<Tcb>();
    if (!source_cap) return fail(Error::InvalidCapability, 1);
    Tcb& source = source_cap->thread();
    Tcb& target = invoked_thread(invocation);

    KernelObjects& kernel = invocation.kernel;
    if (arguments.suspend_source()) suspend(source, kernel);
    if (arguments.resume_target()) resume(target, kernel);
    // The target may be the caller, and then these are among the registers that change.
    const bool frame = arguments.transfer_frame();
    const bool integer = arguments.transfer_integer();
    if (frame) {
        set_pc(target, pc_of(source, kernel.scheduler));
        copy_registers(source, target, pc_register + 1, frame_registers);
    }
    if (integer) copy_registers(source, target, frame_registers, abi::user_context_words);
    return Progress::Done;
}

} // namespace k
