#include "arch/cpu.hpp"
#include "arch/exceptions.hpp"
#include "base/assert.hpp"
#include "base/trace.hpp"
#include "boot/interrupts.hpp"
#include "boot/kernel_space.hpp"
#include "boot/platform.hpp"
#include "boot/survey.hpp"
#include "boot/user_mode.hpp"

namespace k {

namespace {

/// QEMU's firmware is reached by SMC when it lends us EL2, and by HVC when it keeps EL2 to itself.
/// A guess, for what goes wrong before the device tree has said how it is.
constexpr arch::Conduit conduit(u64 entered_at) noexcept {
    return entered_at == 2 ? arch::Conduit::Smc : arch::Conduit::Hvc;
}

} // namespace

/// The kernel's first C++ function, called by start.S on the boot stack, at EL1 in the upper half.
/// \param device_tree  where firmware put its description of the machine
/// \param entered_at   the exception level at which firmware entered the image
extern "C" [[noreturn]] void kernel_main(u64 device_tree, u64 entered_at) noexcept;

void kernel_main(u64 device_tree, u64 entered_at) noexcept {
    arch::install_vectors();
    trace::event(trace::Kind::Boot, entered_at);
    kernel_state.firmware = dev::Psci{conduit(entered_at)};
    K_ASSERT(arch::current_el() == 1);
    survey(PhysAddr{device_tree});
    check_invariants(kernel_state);
    map_machine(boot_state);
    start_interrupts(boot_state.machine);
    enter_user_mode(boot_state);
}

} // namespace k
