/// \file
/// When this core takes interrupts: only where the kernel says so.
#pragma once

namespace k::arch {

/// Takes the interrupts that are pending: their handler has returned when this returns. Everywhere
/// else in the kernel they are masked. The ISB is between the two because without it, masking
/// again may come before anything was taken.
inline void take_interrupts() noexcept {
    asm volatile("msr daifclr, #2\n isb\n msr daifset, #2" : : : "memory");
}

/// Sleeps until an interrupt is pending, and takes it.
///
/// The order is the point. WFI wakes for a masked interrupt as well, so the caller looks whether
/// there is anything to wait for, and sleeps, with interrupts masked all the while. Were they
/// unmasked between the look and the WFI, the interrupt that it waits for could be taken right
/// there; its news would come after the look, and WFI would sleep until the next one, which need
/// not come. Arm ARM, "Wait for Interrupt".
/// \pre interrupts are masked
inline void wait_for_interrupt() noexcept {
    asm volatile("wfi" : : : "memory");
    take_interrupts();
}

} // namespace k::arch
