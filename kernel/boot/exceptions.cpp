/// \file
/// What the kernel does about an exception: one of a thread's it handles, one of its own is the
/// end.
#include "arch/trap_frame.hpp"
#include "arch/vector.hpp"
#include "base/print.hpp"
#include "base/trace.hpp"
#include "boot/image.hpp"
#include "boot/interrupts.hpp"
#include "syscall/entry.hpp"

namespace k {

namespace {

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
    trace::event(trace::Kind::Exception, vector.raw(), frame.esr.raw(), frame.pc);
    platform::begin_panic();
    print("PANIC: ");
    print_exception(frame, vector);
    print_registers(frame);
    platform::print_backtrace(position(frame));
    platform::power_off();
}

} // namespace

/// Called by vectors.S on every exception from the kernel itself, with exceptions masked.
/// \param interrupted  what the exception interrupted
/// \return the registers to go on with
extern "C" TrapFrame* handle_kernel_exception(TrapFrame* interrupted, Vector vector) noexcept;

TrapFrame* handle_kernel_exception(TrapFrame* interrupted, Vector vector) noexcept {
    if (vector[Vector::event] != Vector::Event::Irq || !kernel_state.gic) die(*interrupted, vector);
    handle_interrupt();
    return interrupted;
}

/// Called by vectors.S on every exception from EL0, once the current thread's registers are in its
/// context; with exceptions masked, at the bottom of the kernel's stack.
/// \return the registers of the thread to go on with
extern "C" const arch::UserContext* handle_user_exception(Vector vector) noexcept;

const arch::UserContext* handle_user_exception(Vector vector) noexcept {
    KernelExit exit = KernelExit::Resume;
    if (vector[Vector::event] == Vector::Event::Irq)
        handle_interrupt();
    else
        exit = handle_exception(kernel_state, vector[Vector::event]);
    return &next_context(kernel_state, exit);
}

} // namespace k
