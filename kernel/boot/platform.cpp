#include "boot/platform.hpp"

#include "arch/semihosting.hpp"
#include "base/platform.hpp"
#include "base/print.hpp"
#include "boot/image.hpp"
#include "state/ending.hpp"

// From kernel.ld: only their addresses mean anything.
extern "C" {
extern const k::SymbolTable::Entry symbols_begin[]; // NOLINT(modernize-avoid-c-arrays)
extern const k::SymbolTable::Entry symbols_end[];   // NOLINT(modernize-avoid-c-arrays)
}

namespace k::platform {

void write(std::string_view text) noexcept {
    if (kernel_state.console)
        kernel_state.console->write(text);
    else
        arch::semihosting_write(text); // a panic: nothing else is printed before there is a console
}

void print_backtrace(const CodePosition& position) noexcept {
    const SymbolTable symbols{reinterpret_cast<uptr>(image_begin),
                              {symbols_begin, symbols_end},
                              reinterpret_cast<const char*>(symbols_end)};
    const StackBounds stack{reinterpret_cast<uptr>(stack_bottom),
                            reinterpret_cast<uptr>(emergency_stack_top)};
    Console console;
    write_backtrace(TextOut{console}, symbols, stack, position);
}

void begin_panic() noexcept {
    k::begin_panic(kernel_state);
}

void power_off() noexcept {
    k::power_off(kernel_state);
}

} // namespace k::platform
