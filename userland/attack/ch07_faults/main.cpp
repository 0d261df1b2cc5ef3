// What a program must not do. The kernel's command line says which: `fault=NAME`, in which the
// device tree passes it on. Each ends the thread, with its reason; nothing here comes back.
#include "attack/lib/wanted.hpp"

#include <array>

using k::u64;
using user::print;

namespace {

constexpr u64 kernel_code = 0xffff'ffff'8000'0000;
constexpr u64 kernel_window = 0xffff'0000'4000'0000;

const int constant = 1; // in a segment that is for reading only
constinit unsigned data = 0;

void read_from(u64 address) {
    u64 word = 0;
    asm volatile("ldr %0, [%1]" : "=r"(word) : "r"(address) : "memory");
    print("and got {:#x}\n", word);
}

void write_to(u64 address) {
    asm volatile("str xzr, [%0]" : : "r"(address) : "memory");
}

void jump_to(u64 address) {
    asm volatile("blr %0" : : "r"(address) : "x30", "memory");
}

void call(u64 number) {
    register u64 x7 asm("x7") = number;
    asm volatile("svc #0" : : "r"(x7) : "memory");
}

template <class T>
u64 address_of(const T& object) {
    return reinterpret_cast<u64>(&object);
}

using attack::Fault;

constexpr std::array faults{
    Fault{"read-null", [] { read_from(0); }},
    Fault{"read-kernel", [] { read_from(kernel_code); }},
    Fault{"read-window", [] { read_from(kernel_window); }},
    Fault{"write-kernel", [] { write_to(kernel_code); }},
    Fault{"write-constant", [] { write_to(address_of(constant)); }},
    Fault{"write-code", [] { write_to(reinterpret_cast<u64>(&write_to)); }},
    Fault{"jump-kernel", [] { jump_to(kernel_code); }},
    Fault{"jump-data", [] { jump_to(address_of(data)); }},
    Fault{"jump-odd", [] { jump_to(reinterpret_cast<u64>(&write_to) + 2); }},
    Fault{"undefined", [] { asm volatile("udf #7"); }},
    Fault{"privileged", [] { asm volatile("msr ttbr0_el1, xzr"); }},
    Fault{"mask-interrupts", [] { asm volatile("msr daifset, #2"); }},
    Fault{"physical-counter", [] { asm volatile("mrs x0, cntpct_el0"
                                                :
                                                :
                                                : "x0"); }},
    Fault{"breakpoint", [] { asm volatile("brk #7"); }},
    Fault{"hypervisor", [] { asm volatile("hvc #0"); }},
    Fault{"invalidate", [] { asm volatile("dc ivac, %0"
                                          :
                                          : "r"(kernel_window)); }},
    Fault{"call-unknown", [] { call(42); }},
    Fault{"call-half", [] { call(0xffff'fff5); }}, // DebugHalt, if only 32 bits counted
};

} // namespace

int main() {
    attack::commit_wanted(faults);
}
