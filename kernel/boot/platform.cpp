#include "boot/platform.hpp"

#include "base/platform.hpp"

namespace k {

namespace {

/// The console's registers on QEMU's `virt` machine ("'virt' generic virtual platform").
constexpr uptr uart_base = 0x0900'0000;

} // namespace

constinit KernelState kernel_state{
    .console = dev::Pl011{uart_base},
    .firmware = dev::Psci{arch::Conduit::Hvc},
};

namespace platform {

void write(std::string_view text) noexcept {
    kernel_state.console.write(text);
}

void power_off() noexcept {
    kernel_state.console.flush();
    kernel_state.firmware.system_off();
}

} // namespace platform

} // namespace k
