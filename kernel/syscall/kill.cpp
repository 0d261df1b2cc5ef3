#include "syscall/kill.hpp"

#include "abi/names.hpp"
#include "base/backtrace.hpp"
#include "base/print.hpp"

namespace k {

namespace {

/// \param pc  of the instruction that was the last
KernelExit stop(Tcb& thread, u64 pc) noexcept {
    print("\n  at pc {:#018x}, lr {:#018x}, sp {:#018x}\n", pc, thread.context.x[30],
          thread.context.sp);
    thread.state = ThreadState::Inactive;
    return KernelExit::Reschedule;
}

} // namespace

KernelExit kill_for_fault(Tcb& thread, arch::Esr esr, u64 far) noexcept {
    Console console;
    print("thread killed: ");
    arch::describe(TextOut{console}, arch::decode(esr), far);
    print(", ESR {:#010x}", esr.raw());
    return stop(thread, thread.context.pc);
}

KernelExit kill_for_cap_fault(Tcb& thread, const CapFault& fault) noexcept {
    print("thread killed: CPtr {:#x} leads nowhere: {}", fault.cptr, name(fault.failure.type()));
    for (const u64 word : fault.failure.words())
        print(" {:#x}", word);
    return stop(thread, thread.context.pc - instruction_bytes);
}

KernelExit kill_for_call(Tcb& thread) noexcept {
    print("thread killed: unknown system call {}", static_cast<i64>(thread.context.x[7]));
    return stop(thread, thread.context.pc - instruction_bytes); // that of the SVC
}

} // namespace k
