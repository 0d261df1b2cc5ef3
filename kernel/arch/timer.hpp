/// \file
/// Registers that count: the generic timer, and the cycle counter of the performance monitors.
/// Arm ARM, "The Generic Timer in AArch64 state", "The Performance Monitors Extension".
#pragma once

#include "arch/sysreg.hpp"

namespace k::arch {

/// CNTV_CTL_EL0, Counter-timer Virtual Timer Control Register.
struct TimerControl : Bits<TimerControl> {
    using Bits::Bits;
    static constexpr Bit<0> enable{};
};

K_SYSTEM_REGISTER(CntfrqEl0, "cntfrq_el0", Plain);      ///< how much the counter counts in a second
K_SYSTEM_REGISTER(CntvctEl0, "cntvct_el0", Plain);      ///< the virtual counter
K_SYSTEM_REGISTER(CntvCvalEl0, "cntv_cval_el0", Plain); ///< the count that raises the interrupt
K_SYSTEM_REGISTER(CntvCtlEl0, "cntv_ctl_el0", TimerControl);

/// ID_AA64DFR0_EL1, AArch64 Debug Feature Register 0.
struct DebugFeatures : Bits<DebugFeatures> {
    using Bits::Bits;
    static constexpr Field<11, 8> monitors{}; ///< PMUVer: 0 none, 15 not those of the architecture
};

K_SYSTEM_REGISTER(Dfr0El1, "id_aa64dfr0_el1", DebugFeatures);

/// PMCR_EL0, Performance Monitors Control Register.
struct MonitorControl : Bits<MonitorControl> {
    using Bits::Bits;
    static constexpr Bit<6> long_cycles{}; ///< the cycle counter has 64 bits
    static constexpr Bit<0> enable{};
};

/// PMCNTENSET_EL0: which counters count. What is written as 0 stays as it was.
struct MonitorSet : Bits<MonitorSet> {
    using Bits::Bits;
    static constexpr Bit<31> cycles{};
};

K_SYSTEM_REGISTER(PmcrEl0, "pmcr_el0", MonitorControl);
K_SYSTEM_REGISTER(PmcntensetEl0, "pmcntenset_el0", MonitorSet);
K_SYSTEM_REGISTER(PmccfiltrEl0, "pmccfiltr_el0", Plain); ///< 0: cycles of EL0 and EL1 count
K_SYSTEM_REGISTER(PmccntrEl0, "pmccntr_el0", Plain);

} // namespace k::arch
