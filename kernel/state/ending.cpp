#include "state/ending.hpp"

#include "arch/cpu.hpp"
#include "base/platform.hpp"

namespace k {

void begin_panic(KernelState& state) noexcept {
    switch (state.panics++) {
    case 0: return;
    case 1: platform::write("\nPANIC: while panicking\n"); power_off(state);
    case 2: state.firmware.system_off(); // writing must have been the fault
    default: arch::halt();
    }
}

void power_off(const KernelState& state) noexcept {
    if (state.console) state.console->flush();
    state.firmware.system_off();
}

} // namespace k
