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

/// Some of a thread's registers: those in the words from `begin` to before `end`.
struct Part {
    usize begin;
    usize end;
};

constexpr Part frame_part{0, frame_words};
constexpr Part integer_part{frame_words, abi::user_context_words};

/// A thread's registers, with the pc where it would go on if it were resumed. The thread that asks
/// is in the middle of its system call.
RegisterWords registers_of(const Tcb& thread, const Scheduler& scheduler) noexcept {
    RegisterWords words = words_of(thread.context);
    if (thread.state != ThreadState::Running)
        words[pc_word] = thread.restart_pc;
    else if (&thread == scheduler.current())
        words[pc_word] -= instruction_bytes;
    return words;
}

/// Gives `thread` a part of these registers. With a new pc it forgets where it was: however it
/// comes to run again, that is where it goes on.
void set_registers(Tcb& thread, Part part, const RegisterWords& words) noexcept {
    RegisterWords all = words_of(thread.context);
    std::ranges::copy(std::span{words}.subspan(part.begin, part.end - part.begin),
                      std::span{all}.subspan(part.begin).begin());
    set_words(thread.context, all);
    if (part.begin <= pc_word && pc_word < part.end) thread.restart_pc = thread.context.pc;
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
    const RegisterWords words = registers_of(*source, invocation.kernel.scheduler);
    invocation.results.add(std::span{words}.first(count));
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
    RegisterWords words{};
    for (usize i = 0; i < count; ++i)
        words[i] = arguments.regs(i);
    set_registers(*target, {0, count}, words);
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
    const RegisterWords words = registers_of(source, kernel.scheduler);
    // The target may be the caller, and then these are among the registers that change.
    const bool frame = arguments.transfer_frame();
    const bool integer = arguments.transfer_integer();
    if (frame) set_registers(target, frame_part, words);
    if (integer) set_registers(target, integer_part, words);
    return Progress::Done;
}

} // namespace k
