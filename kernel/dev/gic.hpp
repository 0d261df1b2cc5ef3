/// \file
/// The interrupt controller: Arm's GIC, version 2 or 3.
#pragma once

#include "dev/gic_registers.hpp"

#include <optional>

namespace k::dev {

enum class GicVersion : u8 { V2, V3 };

/// Both versions behind one interface, as one core sees them. They differ in where a core's own
/// interrupts are set up (GICv2: in the distributor; GICv3: in the core's redistributor) and in how
/// they are handed over (a device; system registers).
///
/// Interrupts 0 to 31 are each core's own, those from 32 on are shared by all.
class Gic {
  public:
    /// \param core  GICv2: base of the CPU interface; GICv3: of this core's redistributor
    constexpr Gic(GicVersion version, uptr distributor, uptr core) noexcept
        : version_{version}, distributor_{distributor}, core_{core} {}

    [[nodiscard]] GicVersion version() const noexcept { return version_; }

    /// Puts the controller to use for this core, all interrupts masked, whatever firmware left.
    void start() const noexcept;

    void unmask(u32 id) const noexcept;
    /// One that is on its way already may still come.
    void mask(u32 id) const noexcept;

    /// Makes it pending, as its source would.
    void pend(u32 id) const noexcept;

    /// Takes over the most urgent interrupt that is pending, which is active from then on. Until
    /// its end the controller hands over only more urgent ones: there are none.
    /// \returns nothing if the interrupt that there was has gone ("spurious"). That has no end.
    [[nodiscard]] std::optional<Interrupt> acknowledge() const noexcept;

    /// The interrupt has been handled, and its source no longer asks for it.
    void end(Interrupt interrupt) const noexcept;

  private:
    [[nodiscard]] InterruptBlock block(u32 id) const noexcept;
    void start_distributor() const noexcept;
    void start_core() const noexcept;

    GicVersion version_;
    uptr distributor_;
    uptr core_;
};

/// GICv3: the redistributor that belongs to this core, among those in the region of `bytes` at
/// `base`.
[[nodiscard]] std::optional<uptr> find_redistributor(uptr base, u64 bytes) noexcept;

} // namespace k::dev
