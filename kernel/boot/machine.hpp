/// \file
/// What this machine is made of, as far as the kernel must know.
#pragma once

#include "arch/firmware.hpp"
#include "base/fixed_vector.hpp"
#include "boot/device_tree.hpp"
#include "dev/gic.hpp"

namespace k {

using dev::GicVersion;

/// The interrupt controller.
struct Gic {
    GicVersion version = GicVersion::V2;
    PhysRange distributor{};
    FixedVector<PhysRange, 4> per_core{}; ///< v2: the CPU interface; v3: regions of redistributors
};

/// The generic timer's interrupts, as the interrupt controller numbers them.
struct Timer {
    u32 physical_interrupt = 0; ///< of the non-secure physical timer of EL1
    u32 virtual_interrupt = 0;
};

/// All that the device tree says but memory. Text points into the tree.
struct Machine {
    std::string_view model{};
    PhysRange uart{};
    Gic gic{};
    Timer timer{};
    arch::Conduit psci = arch::Conduit::Hvc;
    FixedVector<u64, 64> cores{}; ///< the affinity fields of each core's MPIDR_EL1
    std::string_view bootargs{};
    std::optional<PhysRange> initrd{};
};

/// The registers of the console: the PL011 that `stdout-path` names, or else the first there is.
[[nodiscard]] TreeResult<PhysRange> find_uart(const DeviceTree& tree) noexcept;

/// Reads the whole of `Machine` from the tree.
[[nodiscard]] TreeResult<Machine> read_machine(const DeviceTree& tree) noexcept;

} // namespace k
