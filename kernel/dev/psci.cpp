#include "dev/psci.hpp"

#include "arch/cpu.hpp"

namespace k::dev {

namespace {

constexpr u32 system_off_function = 0x8400'0008; // "Function IDs", SYSTEM_OFF

} // namespace

void Psci::system_off() const noexcept {
    arch::firmware_call(conduit_, system_off_function);
    arch::halt();
}

} // namespace k::dev
