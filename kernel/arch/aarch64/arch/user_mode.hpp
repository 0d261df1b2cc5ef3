/// \file
/// What programs at EL0 may do, and how they are started (AArch64).
#pragma once

#include "arch/user_context.hpp"
#include "arch/user_space.hpp"

namespace k::arch {

/// CNTKCTL_EL1, Counter-timer Kernel Control Register.
struct TimerAccess : Bits<TimerAccess> {
    using Bits::Bits;
    static constexpr Bit<1> virtual_count{}; ///< EL0VCTEN: EL0 may read CNTVCT_EL0
};

/// PMUSERENR_EL0, Performance Monitors User Enable Register.
struct MonitorAccess : Bits<MonitorAccess> {
    using Bits::Bits;
    static constexpr Bit<2> cycle_count{}; ///< CR: EL0 may read PMCCNTR_EL0
};

K_SYSTEM_REGISTER(CntkctlEl1, "cntkctl_el1", TimerAccess);
K_SYSTEM_REGISTER(PmuserenrEl0, "pmuserenr_el0", MonitorAccess);

extern "C" [[noreturn]] void resume_user(const UserContext* to) noexcept; // vectors.S

/// Says what EL0 may read without asking, whatever firmware has left there.
/// \param monitors  whether this core has a cycle counter: without one its register is undefined
inline void permit_user_counters(bool permit, bool monitors) noexcept {
    CntkctlEl1::write(TimerAccess{}.with(TimerAccess::virtual_count, permit));
    if (monitors) PmuserenrEl0::write(MonitorAccess{}.with(MonitorAccess::cycle_count, permit));
}

/// Makes these tables translate the lower half, which was off until now.
inline void start_user_space(UserSpace space) noexcept {
    enter(space); // before anything can be looked up there
    TcrEl1::write(TcrEl1::read().with(Tcr::low_off, false));
    synchronise_context();
}

} // namespace k::arch
