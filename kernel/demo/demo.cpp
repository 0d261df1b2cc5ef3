#include "boot/demo.hpp"

#include "base/assert.hpp"
#include "base/print.hpp"

#include <array>

// In refused.S. Nothing relies on what they would have done.
extern "C" {
void breakpoint(k::u64) noexcept;
void system_call(k::u64) noexcept;
void undefined_instruction(k::u64) noexcept;
void fpu_access(k::u64) noexcept;
void load(k::u64 address) noexcept;
void store(k::u64 address) noexcept;
void load_exclusive(k::u64 address) noexcept;
void jump(k::u64 address) noexcept;
void recurse(k::u64) noexcept;
k::u64 changed_registers() noexcept;
}

namespace k::demo {

namespace {

constexpr u64 nothing_there = 0x0bad'0000;               // no device of QEMU's `virt` machine
constexpr u64 beyond_all_memory = 0x0bad'0000'0000'0000; // more address bits than any core has

/// Something that the processor refuses to do, and the class of exception that says so.
struct Refused {
    void (*provoke)(u64) noexcept;
    u64 argument;
    arch::ExceptionClass expected;
};

constexpr std::array refused{
    Refused{breakpoint, 0, arch::ExceptionClass::Brk64},
    Refused{system_call, 0, arch::ExceptionClass::Svc64},
    Refused{undefined_instruction, 0, arch::ExceptionClass::Unknown},
    Refused{fpu_access, 0, arch::ExceptionClass::TrappedFloatingPoint},
    Refused{load, nothing_there, arch::ExceptionClass::DataAbortSame},
    Refused{store, nothing_there, arch::ExceptionClass::DataAbortSame},
    Refused{load, beyond_all_memory, arch::ExceptionClass::DataAbortSame},
    // Not an ordinary load: hardware refuses that as well while the MMU is off, QEMU 7.2 does not.
    Refused{load_exclusive, nothing_there + 1, arch::ExceptionClass::DataAbortSame},
    Refused{jump, nothing_there, arch::ExceptionClass::InstructionAbortSame},
    Refused{jump, nothing_there + 2, arch::ExceptionClass::PcAlignment},
};

} // namespace

[[gnu::noinline]] void run(KernelState& state) noexcept {
    print("{} things that the processor refuses to do:\n\n", refused.size());
    for (const auto& [provoke, argument, expected] : refused) {
        state.expected_exception = expected;
        provoke(argument);
        K_ASSERT(!state.expected_exception); // or it has not happened
        print("\n");
    }
    state.expected_exception = arch::ExceptionClass::Brk64;
    const bool all_kept = changed_registers() == 0;
    print("registers behind it: {}\n\n", all_kept ? "as they were" : "changed");
    recurse(0); // for ever, but no stack is that deep
}

} // namespace k::demo
