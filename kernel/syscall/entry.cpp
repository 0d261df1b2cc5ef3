#include "syscall/entry.hpp"

#include "arch/esr.hpp"
#include "base/print.hpp"
#include "state/ending.hpp"
#include "syscall/dispatch.hpp"
#include "syscall/handle_fault.hpp"

namespace k {

namespace {

/// A thread has tried to use floating point without having its registers in the processor.
bool is_claim(arch::Vector::Event event, arch::Esr esr) noexcept {
    return event == arch::Vector::Event::Synchronous &&
           esr[arch::Esr::ec] == arch::ExceptionClass::TrappedFloatingPoint;
}

/// Notes why a thread that has run into an exception cannot go on.
void note_fault(Tcb& thread, arch::Esr esr) noexcept {
    using enum arch::ExceptionClass;
    const auto ec = esr[arch::Esr::ec];
    if (ec == DataAbortLower)
        thread.fault = VmFault{arch::FarEl1::read().raw(), false, esr};
    else if (ec == InstructionAbortLower)
        thread.fault = VmFault{thread.context.pc, true, esr};
    else
        thread.fault = UserException{esr};
}

/// Decides who goes on, and what he finds in those registers that are not in his context.
void switch_thread(KernelState& state) noexcept {
    const Tcb* const next = state.objects.scheduler.next();
    if (next == nullptr) {
        print("STOPPED: no thread can run\n");
        power_off(state);
    }
    state.objects.asids.space_of(next->slot(ThreadSlot::VSpaceRoot).cap).enter();
    state.objects.fpu.admit(*next);
}

} // namespace

KernelExit handle_exception(KernelState& state, arch::Vector::Event event) noexcept {
    using arch::Esr;
    const Esr esr = arch::EsrEl1::read();
    const bool call =
        event == arch::Vector::Event::Synchronous && esr[Esr::ec] == arch::ExceptionClass::Svc64;
    if (call) return handle_system_call(state);
    Tcb& thread = *state.objects.scheduler.current();
    if (is_claim(event, esr) && state.objects.fpu.claim(thread)) return KernelExit::Resume;
    note_fault(thread, esr);
    handle_fault(state.objects.scheduler, thread, thread.context.pc);
    return KernelExit::Resume;
}

const arch::UserContext& next_context(KernelState& state, KernelExit exit) noexcept {
    if (exit == KernelExit::PowerOff) power_off(state);
    if (state.objects.scheduler.undecided()) switch_thread(state);
    check_invariants(state);
    take_census(state);
    return state.objects.scheduler.current()->context;
}

} // namespace k
