#include "syscall/kill.hpp"

#include "abi/names.hpp"
#include "base/backtrace.hpp"
#include "base/print.hpp"

namespace k {

namespace {

/// \param pc  of the instruction that was the last
KernelExit stop(Scheduler& scheduler, Tcb& thread, u64 pc) noexcept {
    print("\n  at pc {:#018x}, lr {:#018x}, sp {:#018x}\n", pc, thread.context.x[30],
          thread.context.sp);
    thread.restart_pc = pc;
    scheduler.block(thread, ThreadState::Inactive);
    return KernelExit::Resume;
}

} // namespace

KernelExit kill_for_fault(Scheduler& scheduler, Tcb& thread, arch::Esr esr, u64 far) noexcept {
    Console console;
    print("thread killed: ");
    arch::describe(TextOut{console}, arch::decode(esr), far);
    print(", ESR {:#010x}", esr.raw());
    return stop(scheduler, thread, thread.context.pc);
}

KernelExit kill_for_cap_fault(Scheduler& scheduler, Tcb& thread, const CapFault& fault) noexcept {
    print("thread killed: CPtr {:#x} leads nowhere: {}", fault.cptr, name(fault.failure.type()));
    for (const u64 word : fault.failure.words())
        print(" {:#x}", word);
    return stop(scheduler, thread, thread.context.pc - instruction_bytes);
}

KernelExit kill_for_call(Scheduler& scheduler, Tcb& thread) noexcept {
    print("thread killed: unknown system call {}", static_cast<i64>(thread.context.x[7]));
    return stop(scheduler, thread, thread.context.pc - instruction_bytes); // that of the SVC
}

} // namespace k
