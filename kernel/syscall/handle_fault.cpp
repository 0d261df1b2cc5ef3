#include "syscall/handle_fault.hpp"

#include "abi/config.hpp"
#include "abi/names.hpp"
#include "base/print.hpp"
#include "base/trace.hpp"
#include "ipc/fault.hpp"

namespace k {

namespace {

void print_fault(const Tcb&, std::monostate) noexcept {}

void print_syndrome(arch::Esr esr, u64 address) noexcept {
    Console console;
    arch::describe(TextOut{console}, arch::decode(esr), address);
    print(", ESR {:#010x}", esr.raw());
}

void print_fault(const Tcb&, const VmFault& fault) noexcept {
    print_syndrome(fault.esr, fault.address);
}

void print_fault(const Tcb& thread, const UserException& fault) noexcept {
    print_syndrome(fault.esr, thread.restart_pc);
}

void print_fault(const Tcb&, const UnknownSyscall& fault) noexcept {
    print("unknown system call {}", static_cast<i64>(fault.number));
}

void print_fault(const Tcb&, const CapFault& fault) noexcept {
    print("CPtr {:#x} leads nowhere: {}", fault.cptr, name(fault.failure.type()));
    for (const u64 word : fault.failure.words())
        print(" {:#x}", word);
}

/// Says what has happened to a thread, for whoever looks for mistakes: nobody else will.
void report(const Tcb& thread) noexcept {
    print("thread killed: ");
    std::visit([&](const auto& fault) { print_fault(thread, fault); }, thread.fault);
    print("\n  at pc {:#018x}, lr {:#018x}, sp {:#018x}\n", thread.restart_pc, thread.context.x[30],
          thread.context.sp);
}

} // namespace

void handle_fault(Scheduler& scheduler, Tcb& thread, u64 pc) noexcept {
    trace::event(trace::Kind::Fault, thread.fault.index(), pc);
    thread.restart_pc = pc;
    if (call_handler(scheduler, thread)) return;
    if constexpr (abi::debug_calls) report(thread);
    thread.fault = {};
    scheduler.block(thread, ThreadState::Inactive);
}

} // namespace k
