/// \file
/// Domains: groups of threads that have their time to themselves. seL4 manual, "Domains".
#pragma once

#include "object/capability.hpp"

namespace k {

/// The right to say which thread is in which domain, and when it is whose turn. There is nothing
/// behind it but the schedule.
struct Domain;

template <>
inline constexpr CapType cap_type_of<Domain> = CapType::Domain;

template <>
class Cap<Domain> : public CapBase<Domain> {
  public:
    [[nodiscard]] static constexpr Capability make() noexcept {
        return CapBase::make(PhysAddr{}, 0, 0);
    }

  private:
    friend class Capability;
    using CapBase::CapBase;
};

} // namespace k
