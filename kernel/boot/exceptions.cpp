/// \file
/// What the kernel does about an exception: goes on if it was told to expect it, ends if not.
#include "arch/trap_frame.hpp"
#include "arch/vector.hpp"
#include "base/print.hpp"
#include "base/trace.hpp"
#include "boot/image.hpp"
#include "boot/interrupts.hpp"

namespace k {

namespace {

using arch::ExceptionClass;
using arch::TrapFrame;
using arch::Vector;

std::string_view name(Vector::Origin origin) noexcept {
    switch (origin) {
    case Vector::Origin::KernelOnUserSp: return "EL1 on SP_EL0";
    case Vector::Origin::Kernel: return "EL1";
    case Vector::Origin::User: return "EL0";
    case Vector::Origin::User32: return "EL0 (AArch32)";
    }
    return "";
}

bool in_stack_guard(u64 address) noexcept {
    return reinterpret_cast<uptr>(stack_guard) <= address &&
           address < reinterpret_cast<uptr>(stack_bottom);
}

/// Whether the vectors found too little of the stack left. The emergency stack lies above the
/// other.
bool on_emergency_stack(const TrapFrame& frame) noexcept {
    return reinterpret_cast<uptr>(&frame) >= reinterpret_cast<uptr>(stack_top);
}

/// Prints what happened, as a sentence, and where: what a reader needs to know about any exception.
void print_exception(const TrapFrame& frame, Vector vector) noexcept {
    Console console;
    if (vector[Vector::event] == Vector::Event::Irq) {
        print("interrupt");
    } else if (vector[Vector::event] == Vector::Event::Fiq) {
        print("fast interrupt");
    } else {
        const arch::Syndrome syndrome = arch::decode(frame.esr);
        if (!syndrome.access.empty() && in_stack_guard(frame.far)) print("stack overflow: ");
        arch::describe(TextOut{console}, syndrome, frame.far);
    }
    print("\n  from {}, ESR {:#010x}{}\n", name(vector[Vector::origin]), frame.esr.raw(),
          on_emergency_stack(frame) ? ", on the emergency stack" : "");
}

void print_registers(const TrapFrame& frame) noexcept {
    constexpr usize in_a_line = 3;
    for (usize i = 0; i < frame.x.size(); ++i)
        print("  x{:<2} {:#018x}{}", i, frame.x[i], i % in_a_line == in_a_line - 1 ? "\n" : "");
    print("  sp  {:#018x}\n  pc  {:#018x}  pstate {:#018x}\n", frame.sp, frame.pc, frame.pstate);
}

CodePosition position(const TrapFrame& frame) noexcept {
    return {.pc = frame.pc, .link = frame.x[30], .frame_pointer = frame.x[29]};
}

/// An exception that nobody expected is a mistake in the kernel.
[[noreturn]] void die(const TrapFrame& frame, Vector vector) noexcept {
    platform::begin_panic();
    print("PANIC: ");
    print_exception(frame, vector);
    print_registers(frame);
    platform::print_backtrace(position(frame));
    platform::power_off();
}

bool is_expected(const TrapFrame& frame, Vector vector) noexcept {
    return vector[Vector::event] == Vector::Event::Synchronous &&
           kernel_state.expected_exception == frame.esr[arch::Esr::ec];
}

/// Where to go on behind an exception. Arm ARM, "Preferred exception return address".
u64 behind(const TrapFrame& frame) noexcept {
    const ExceptionClass ec = frame.esr[arch::Esr::ec];
    if (ec == ExceptionClass::Svc64) return frame.pc; // it has been executed already
    const bool never_got_there =
        ec == ExceptionClass::InstructionAbortSame || ec == ExceptionClass::PcAlignment;
    if (never_got_there) return frame.x[30]; // as though what was called had returned at once
    return frame.pc + instruction_bytes;
}

} // namespace

/// Called by vectors.S on every exception, with exceptions masked.
/// \param interrupted  what the exception interrupted; it may be changed
/// \return the registers to go on with
extern "C" TrapFrame* handle_exception(TrapFrame* interrupted, Vector vector) noexcept;

TrapFrame* handle_exception(TrapFrame* interrupted, Vector vector) noexcept {
    if (vector[Vector::event] == Vector::Event::Irq && kernel_state.gic) {
        handle_interrupt();
        return interrupted;
    }
    TrapFrame& frame = *interrupted;
    trace::event(trace::Kind::Exception, vector.raw(), frame.esr.raw(), frame.pc);
    if (!is_expected(frame, vector)) die(frame, vector);
    kernel_state.expected_exception.reset();
    print("exception: ");
    print_exception(frame, vector);
    platform::print_backtrace(position(frame));
    frame.pc = behind(frame);
    return interrupted;
}

} // namespace k
