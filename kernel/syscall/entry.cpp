#include "syscall/entry.hpp"

#include "arch/esr.hpp"
#include "base/print.hpp"
#include "state/ending.hpp"
#include "syscall/dispatch.hpp"
#include "syscall/kill.hpp"

namespace k {

KernelExit handle_exception(KernelState& state, arch::Vector::Event event) noexcept {
    using arch::Esr;
    const Esr esr = arch::EsrEl1::read();
    const bool call =
        event == arch::Vector::Event::Synchronous && esr[Esr::ec] == arch::ExceptionClass::Svc64;
    return call ? handle_system_call(state)
                : kill_for_fault(*state.current, esr, arch::FarEl1::read().raw());
}

const arch::UserContext& next_context(const KernelState& state, KernelExit exit) noexcept {
    switch (exit) {
    case KernelExit::Resume:
    case KernelExit::Preempted: break; // the interrupt comes as soon as it can
    case KernelExit::Reschedule: print("STOPPED: no thread can run\n"); [[fallthrough]];
    case KernelExit::PowerOff: power_off(state);
    }
    check_invariants(state);
    return state.current->context;
}

} // namespace k
