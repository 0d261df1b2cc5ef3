/// \file
/// Where a capability's object is mapped: what is remembered so that it can be unmapped.
#pragma once

#include "arch/descriptor.hpp"
#include "object/capability.hpp"

namespace k {

/// An address in the address space with that identifier. All bits zero: nowhere, since the
/// identifier 0 is no program's.
///
/// It is a record of what was done, not a claim about the tables: those may have changed since, or
/// gone. Whoever follows it looks there first.
struct MappedAt : Bits<MappedAt> {
    using Bits::Bits;
    static constexpr Field<63, 48, arch::Asid> asid{};
    static constexpr InPlace<47, 0> address{};

    static constexpr MappedAt make(arch::Asid in, VirtAddr at) noexcept {
        return MappedAt{}.with(asid, in).with(address, at.raw());
    }

    [[nodiscard]] constexpr bool somewhere() const noexcept {
        return (*this)[asid] != arch::Asid::Kernel;
    }

    [[nodiscard]] constexpr VirtAddr va() const noexcept { return VirtAddr{(*this)[address]}; }
};

/// What capabilities to frames, page tables and address spaces have in common: their second word.
template <class Object>
class MappableCap : public CapBase<Object> {
  public:
    [[nodiscard]] constexpr MappedAt mapped() const noexcept {
        return this->template payload<MappedAt>();
    }

    /// The same, mapped there.
    [[nodiscard]] constexpr Capability mapped(MappedAt at) const noexcept {
        return {this->raw().head(), at.raw()};
    }

  protected:
    using CapBase<Object>::CapBase;
};

} // namespace k
