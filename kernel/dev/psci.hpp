/// \file
/// Arm Power State Coordination Interface (PSCI): how firmware turns the machine off.
#pragma once

#include "arch/firmware.hpp"

namespace k::dev {

/// The firmware's power services. Arm "Power State Coordination Interface".
class Psci {
  public:
    constexpr explicit Psci(arch::Conduit conduit) noexcept : conduit_{conduit} {}

    /// Turns the machine off, or stops this core where firmware does not.
    [[noreturn]] void system_off() const noexcept;

  private:
    arch::Conduit conduit_;
};

} // namespace k::dev
