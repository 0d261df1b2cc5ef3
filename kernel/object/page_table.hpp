/// \file
/// Page tables below the root. seL4 manual, "Page Tables".
#pragma once

#include "object/mapped_at.hpp"

namespace k {

/// A translation table of any level but the first: which one is decided where it is mapped.
struct PageTable;

template <>
inline constexpr CapType cap_type_of<PageTable> = CapType::PageTable;

template <>
class Cap<PageTable> : public MappableCap<PageTable> {
  public:
    [[nodiscard]] static constexpr Capability make(PhysAddr address, MappedAt at = {}) noexcept {
        return CapBase::make(address, 0, at.raw());
    }

  private:
    friend class Capability;
    using MappableCap::MappableCap;
};

} // namespace k
