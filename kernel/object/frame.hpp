/// \file
/// Frames: memory that can be mapped. seL4 manual, "Pages".
#pragma once

#include "object/mapped_at.hpp"

namespace k {

/// Memory of a program's own, or a device's registers: one page of any size.
struct Frame;

template <>
inline constexpr CapType cap_type_of<Frame> = CapType::Frame;

/// Each capability remembers one mapping, so a frame that is to be mapped twice takes two.
template <>
class Cap<Frame> : public MappableCap<Frame> {
  public:
    /// All that can be done with a frame.
    static constexpr Rights read_write =
        Rights{}.with(Rights::read, true).with(Rights::write, true);

    [[nodiscard]] static constexpr Capability make(PhysAddr address, arch::PageSize size,
                                                   bool is_device, MappedAt at = {}) noexcept {
        K_ASSERT(address.aligned(arch::span_bits(arch::level_of(size))));
        const auto attributes =
            Attributes{}.with(Attributes::size, size).with(Attributes::is_device, is_device);
        return CapBase::make(address, attributes.raw(), at.raw(), read_write);
    }

    [[nodiscard]] constexpr arch::PageSize size() const noexcept {
        return attributes<Attributes>()[Attributes::size];
    }

    [[nodiscard]] constexpr u64 bytes() const noexcept { return arch::bytes_of(size()); }

    [[nodiscard]] constexpr bool is_device() const noexcept {
        return attributes<Attributes>()[Attributes::is_device];
    }

    /// What is left of the rights: nobody can write who cannot read, since no descriptor says so.
    [[nodiscard]] constexpr Rights rights_in(Rights mask) const noexcept {
        const Rights both{rights().raw() & mask.raw()};
        return both[Rights::read] ? both : Rights{};
    }

    /// The same with those rights that are in `mask` too.
    [[nodiscard]] constexpr Capability masked(Rights mask) const noexcept {
        return {raw().head().with(CapHead::rights, rights_in(mask).raw()), raw().payload()};
    }

  private:
    friend class Capability;
    using MappableCap::MappableCap;

    struct Attributes : Bits<Attributes> {
        using Bits::Bits;
        static constexpr Field<1, 0, arch::PageSize> size{};
        static constexpr Bit<2> is_device{};
    };
};

} // namespace k
