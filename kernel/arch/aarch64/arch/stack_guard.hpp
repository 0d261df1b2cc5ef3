/// \file
/// A guard below the stack, without a page table: the processor's own watchpoint.
#pragma once

#include "arch/sysreg.hpp"

namespace k::arch {

/// "DBGWCR<n>_EL1, Debug Watchpoint Control Registers".
struct WatchpointControl : Bits<WatchpointControl> {
    using Bits::Bits;
    static constexpr Bit<0> enabled{};
    static constexpr Bit<1> at_el1{};      ///< PAC, its half for EL1
    static constexpr Bit<4> stores{};      ///< LSC, its half for stores
    static constexpr Field<12, 5> bytes{}; ///< BAS: which bytes of a word; with a mask, all
    static constexpr Field<28, 24> log2{}; ///< MASK: how many address bits are ignored
};

/// "MDSCR_EL1, Monitor Debug System Control Register".
struct DebugControl : Bits<DebugControl> {
    using Bits::Bits;
    static constexpr Bit<13> in_kernel{};   ///< KDE: debug exceptions at EL1 from EL1
    static constexpr Bit<15> watchpoints{}; ///< MDE: breakpoint and watchpoint exceptions
};

K_SYSTEM_REGISTER(WatchpointValue0, "dbgwvr0_el1", Plain);
K_SYSTEM_REGISTER(WatchpointControl0, "dbgwcr0_el1", WatchpointControl);
K_SYSTEM_REGISTER(MdscrEl1, "mdscr_el1", DebugControl);
K_SYSTEM_REGISTER(OslarEl1, "oslar_el1", Plain);

/// Makes every store to the 2^`bits` bytes at `begin` an exception, but within exception handlers,
/// where the processor masks debug exceptions. Chapter 05 has a better guard: an unmapped page.
/// Arm ARM, "Watchpoint exceptions".
/// \pre `begin` is a multiple of 2^`bits`.
inline void guard(u64 begin, unsigned bits) noexcept {
    using Control = WatchpointControl;
    OslarEl1::write(Plain{0}); // firmware may have left the OS Lock on, which silences watchpoints
    WatchpointValue0::write(Plain{begin});
    WatchpointControl0::write(Control{}
                                  .with(Control::enabled, true)
                                  .with(Control::at_el1, true)
                                  .with(Control::stores, true)
                                  .with(Control::bytes, 0xff)
                                  .with(Control::log2, bits));
    MdscrEl1::write(
        MdscrEl1::read().with(DebugControl::in_kernel, true).with(DebugControl::watchpoints, true));
    asm volatile("isb\n\tmsr daifclr, #0b1000" : : : "memory"); // D: let debug exceptions through
}

} // namespace k::arch
