/// \file
/// \chapter{12}
/// **Idea:** give a thread kernel addresses for its pc, its stack, and its thread-local storage.
///
/// **Gain:** it runs the kernel's instructions with registers of its choice, and reads the kernel's
/// memory.
///
/// **Why not:** any value may be written to these registers, for the processor looks at each
/// access: the kernel's descriptors allow nothing at EL0, and forbid it to execute there.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 text = 0xffff'ffff'8000'0000;   ///< where the kernel's code begins
constexpr u64 window = 0xffff'0000'0000'0000; ///< where the kernel sees physical memory
constinit bool has_read = false;

/// A fault of another kind, for who has survived the one that was to be expected.
void unknown_call() {
    has_read = true;
    asm volatile("mov x7, #42\n svc #0" : : : "x7", "memory");
}

void read_from_stack() {
    asm volatile("ldr x0, [sp]" : : : "x0");
    unknown_call();
}

void read_variable() {
    asm volatile("mrs x0, tpidr_el0\n ldr x0, [x0]" : : : "x0");
    unknown_call();
}

/// A thread runs with these registers. \returns its first fault
user::Received fault_of(World& world, const seL4_UserContext& registers, u64 tls = 0) {
    const auto faults = world.make<Endpoint>();
    const auto tcb = world.make<Tcb>();
    user::Surroundings around = user::own_surroundings;
    around.fault_endpoint = faults.cptr();
    require(tcb.set_space(around));
    require(tcb.set_priority(own_tcb, own_priority));
    attempted(tcb.set_thread_register(tls));
    constexpr u64 all = sizeof registers / sizeof(u64) - 2; // but for those of threads' variables
    attempted(tcb.write(registers, all, true));
    return faults.receive();
}

/// Whether something else has come of it than that no instruction can be fetched there.
bool executes(World& world, u64 pc) {
    seL4_UserContext registers{};
    registers.pc = pc;
    const auto fault = fault_of(world, registers);
    using k::abi::fault::VMFault;
    return fault.label() != static_cast<u64>(k::abi::Fault::VMFault) ||
           user::word(VMFault::address) != pc || user::word(VMFault::prefetch) == 0;
}

bool reads(World& world, void (*entry)(), u64 memory) {
    seL4_UserContext registers{};
    registers.pc = reinterpret_cast<u64>(entry);
    registers.sp = memory;
    static_cast<void>(fault_of(world, registers, memory)); // it comes in any case
    return has_read;
}

Gain attempt(World& world) {
    if (executes(world, text)) return "a thread has executed the kernel's instructions";
    const auto own = require(world.make<Frame>().address());
    const u64 middle = window + own + Frame::bytes / 2; // the stack may be written to, as well
    if (reads(world, read_from_stack, middle))
        return "a thread has the kernel's memory for its stack";
    if (reads(world, read_variable, middle)) return "a thread's variables are the kernel's";
    return nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("jump-into-kernel", attack::attempt);
}
