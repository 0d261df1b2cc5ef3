/// \file
/// GICv3's CPU interface: registers of the core, not of a device.
/// "Arm Generic Interrupt Controller Architecture Specification, GIC architecture version 3",
/// "AArch64 System register descriptions".
#pragma once

#include "arch/sysreg.hpp"

namespace k::arch {

/// ICC_SRE_EL1, Interrupt Controller System Register Enable Register.
struct IccSre : Bits<IccSre> {
    using Bits::Bits;
    static constexpr Bit<0> system_registers{}; ///< these registers, not GICv2's device
};

/// ICC_IGRPEN1_EL1, Interrupt Controller Interrupt Group 1 Enable Register.
struct IccGroup : Bits<IccGroup> {
    using Bits::Bits;
    static constexpr Bit<0> enable{};
};

K_SYSTEM_REGISTER(IccSreEl1, "icc_sre_el1", IccSre);
K_SYSTEM_REGISTER(IccPmrEl1, "icc_pmr_el1", Plain);   ///< priority mask
K_SYSTEM_REGISTER(IccCtlrEl1, "icc_ctlr_el1", Plain); ///< 0: end of interrupt deactivates, too
K_SYSTEM_REGISTER(IccIgrpen1El1, "icc_igrpen1_el1", IccGroup);
K_SYSTEM_REGISTER(IccIar1El1, "icc_iar1_el1", Plain);
K_SYSTEM_REGISTER(IccEoir1El1, "icc_eoir1_el1", Plain);

/// MPIDR_EL1, Multiprocessor Affinity Register: which core this is.
struct Mpidr : Bits<Mpidr> {
    using Bits::Bits;
    static constexpr Field<39, 32> affinity3{};
    static constexpr Field<23, 0> affinity{}; ///< levels 2 to 0
};

K_SYSTEM_REGISTER(MpidrEl1, "mpidr_el1", Mpidr);

} // namespace k::arch
