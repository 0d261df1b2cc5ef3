#include "boot/demo.hpp"
#include "dev/pl011.hpp"
#include "dev/psci.hpp"

namespace k {

using namespace std::string_view_literals;

namespace {

/// The console's registers on QEMU's `virt` machine ("'virt' generic virtual platform").
constexpr uptr uart_base = 0x0900'0000;

/// QEMU's firmware is reached by SMC when it lends us EL2, and by HVC when it keeps EL2 to itself.
constexpr arch::Conduit conduit(u64 entered_at) noexcept {
    return entered_at == 2 ? arch::Conduit::Smc : arch::Conduit::Hvc;
}

} // namespace

/// The kernel's first C++ function, called by start.S on the boot stack, at EL1 with the MMU off.
/// \param device_tree  where firmware put its description of the machine (not read yet)
/// \param entered_at   the exception level at which firmware entered the image
extern "C" [[noreturn]] void kernel_main([[maybe_unused]] u64 device_tree, u64 entered_at) noexcept;

void kernel_main([[maybe_unused]] u64 device_tree, u64 entered_at) noexcept {
    constexpr dev::Pl011 console{uart_base};
    demo::run(console, static_cast<unsigned>(entered_at));
    console.write("[ch" K_CHAPTER "] OK\n"sv);
    console.flush();
    dev::Psci{conduit(entered_at)}.system_off();
}

} // namespace k
