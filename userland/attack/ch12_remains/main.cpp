// What does a thread find that another one has left? One fills every register that it has and dies
// with the floating-point registers still in the processor; another is made at its address.
#include "abi/invocations.hpp"
#include "attack/lib/registers.hpp"
#include "lib/print.hpp"
#include "lib/thread.hpp"
#include "lib/untyped.hpp"

#include <array>
#include <sel4/sel4.h>

namespace {

using k::u64;
using user::own_tcb;
using user::print;
using user::Tcb;

constexpr u64 memory_slot = 0x1f00; // of the root CNode
constexpr u64 tcb_slot = 0x1f01;

constinit Registers before{};
constinit Registers after{};
constinit std::array<u64, 512> stack{};
constinit unsigned mistakes = 0;

void expect(std::string_view what, bool holds) {
    print("  {}: {}\n", what, holds ? "yes" : "NO");
    mistakes += !holds;
}

/// Fills all registers, and deletes itself with them. From here on it has no stack.
[[noreturn]] void fill_and_die() {
    fill_with_patterns(before, 12);
    before.x[0] = user::own_cspace.cptr();
    before.x[1] = k::abi::MessageInfo{}
                      .with(k::abi::MessageInfo::label, k::abi::label::CNodeDelete)
                      .with(k::abi::MessageInfo::length, 2)
                      .raw();
    before.x[2] = tcb_slot;
    before.x[3] = 64;
    before.x[7] = static_cast<u64>(seL4_SysCall);
    probe_call(&before, &after);
    print("  UNEXPECTED: it has come back\n");
    __builtin_trap();
}

/// A thread with nothing but a stack and a place to begin.
void make_thread(user::Untyped memory, void (*entry)()) {
    must(memory.retype(k::abi::ObjectType::TCB, 0, {user::own_cspace, tcb_slot}));
    must(Tcb{tcb_slot}.configure(user::own_surroundings, {0, user::Frame{0}}));
    must(Tcb{tcb_slot}.set_priorities(own_tcb, 0, 10));
    seL4_UserContext registers{};
    registers.pc = reinterpret_cast<u64>(entry);
    registers.sp = reinterpret_cast<u64>(stack.data() + stack.size());
    must(Tcb{tcb_slot}.write(registers, 2));
}

void let_it_run() {
    must(Tcb{tcb_slot}.resume());
    must(own_tcb.set_priority(own_tcb, 1));
    must(own_tcb.set_priority(own_tcb, 100));
}

/// A thread that nobody has written to has zeros, all but the state that threads begin in.
void look_at_registers() {
    seL4_UserContext registers{};
    must(Tcb{tcb_slot}.read(registers, sizeof registers / sizeof(u64)));
    expect("spsr is that of every new thread", registers.spsr == 0x40);
    registers.spsr = 0;
    const auto* const words = reinterpret_cast<const u64*>(&registers);
    u64 all = 0;
    for (unsigned i = 0; i < sizeof registers / sizeof(u64); ++i)
        all |= words[i];
    expect("all else is zero", all == 0);
}

/// Stores all registers before anything else can change them; the compiler has no say in it.
extern "C" void store_and_stop();
extern "C" Registers found;
asm(R"(
    .bss
    .balign 16
    .global found
found:
    .skip   304 + 512
    .text
    .global store_and_stop
store_and_stop:
    adrp    x30, found
    add     x30, x30, :lo12:found
    stp     x0, x1, [x30]
    stp     x2, x3, [x30, #16]
    mrs     x0, fpsr
    mrs     x1, fpcr
    stp     x0, x1, [x30, #280]
    str     q0, [x30, #304]
    str     q15, [x30, #304 + 240]
    str     q31, [x30, #304 + 496]
    udf     #0
)");

void look_at_numbers() {
    expect("x0 to x3 are zero", (found.x[0] | found.x[1] | found.x[2] | found.x[3]) == 0);
    expect("FPSR and FPCR are zero", (found.fpsr | found.fpcr) == 0);
    u64 all = 0;
    for (const unsigned i : {0U, 15U, 31U})
        all |= found.v[i].low | found.v[i].high;
    expect("SIMD registers are zero", all == 0);
}

/// LDXR, a system call, STXR: the store must fail, or a lock could be taken twice.
bool reservation_survives() {
    u64 word = 0;
    u64 failed = 0;
    register u64 number asm("x7") = static_cast<u64>(seL4_SysYield);
    asm volatile("ldxr x9, [%1]\n svc #0\n stxr %w0, x9, [%1]"
                 : "=&r"(failed)
                 : "r"(&word), "r"(number)
                 : "x9", "memory");
    return failed == 0;
}

user::Untyped take_memory() {
    must(user::memory_of(12).retype(k::abi::ObjectType::Untyped, 11,
                                    {user::own_cspace, memory_slot}));
    return user::Untyped{memory_slot};
}

} // namespace

int main() {
    const user::Untyped memory = take_memory();
    must(own_tcb.set_priority(own_tcb, 100));
    make_thread(memory, fill_and_die);
    let_it_run();
    expect("the first thread is gone", Tcb{tcb_slot}.type() == k::abi::CapabilityType::Null);

    print("another one, made of the same memory\n");
    must(memory.retype(k::abi::ObjectType::TCB, 0, {user::own_cspace, tcb_slot}));
    look_at_registers();
    must(user::slot_of(Tcb{tcb_slot}).remove());
    make_thread(memory, store_and_stop);
    let_it_run();
    look_at_numbers();

    expect("a reservation ends at a system call", !reservation_survives());
    if (mistakes == 0) print("[ch12] OK\n");
    return 0;
}
