/// \file
/// Virtual address spaces. seL4 manual, "Virtual Memory Objects".
#pragma once

#include "object/mapped_at.hpp"

namespace k {

/// The root table of an address space. Nothing can be mapped there until an ASID pool has given it
/// an identifier (object/asid.hpp).
struct VSpace;

template <>
inline constexpr CapType cap_type_of<VSpace> = CapType::VSpace;

template <>
class Cap<VSpace> : public MappableCap<VSpace> {
  public:
    [[nodiscard]] static constexpr Capability make(PhysAddr address,
                                                   arch::Asid asid = arch::Asid::Kernel) noexcept {
        return CapBase::make(address, 0, MappedAt::make(asid, VirtAddr{}).raw());
    }

    /// What it was given; it may have been taken away since.
    [[nodiscard]] constexpr arch::Asid asid() const noexcept { return mapped()[MappedAt::asid]; }

    [[nodiscard]] constexpr bool has_asid() const noexcept { return mapped().somewhere(); }

  private:
    friend class Capability;
    using MappableCap::MappableCap;
};

} // namespace k
