#include "dev/pl011.hpp"

#include "arch/mmio.hpp"

namespace k::dev {

namespace {

// Register offsets in bytes; "Summary of registers".
constexpr uptr data_register = 0x00;
constexpr uptr flag_register = 0x18;

// Bits of the flag register; "Flag Register, UARTFR".
constexpr u32 busy = 1u << 3;
constexpr u32 transmit_fifo_full = 1u << 5;

/// Waits until the port at `base` shows `flag` no more.
void wait_while(uptr base, u32 flag) noexcept {
    while ((arch::mmio_read32(base + flag_register) & flag) != 0) {
    }
}

} // namespace

void Pl011::put(char character) const noexcept {
    wait_while(base_, transmit_fifo_full);
    arch::mmio_write32(base_ + data_register, static_cast<u8>(character));
}

void Pl011::write(std::string_view text) const noexcept {
    for (const char character : text) {
        if (character == '\n') put('\r');
        put(character);
    }
}

void Pl011::flush() const noexcept {
    wait_while(base_, busy);
}

} // namespace k::dev
