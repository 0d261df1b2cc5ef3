/// \file
/// Untyped memory: what all objects are made of.
#pragma once

#include "object/slot.hpp"

namespace k {

/// A naturally aligned block of memory that may be made into objects.
///
/// It has no data of its own: its capability holds all that is known of it. Objects are taken from
/// the bottom, and the *watermark* says how far. What lies above the watermark is zero unless it is
/// a device's, so an object can be made there without a look at its memory.
struct Untyped;

template <>
inline constexpr CapType cap_type_of<Untyped> = CapType::Untyped;

template <>
class Cap<Untyped> : public CapBase<Untyped> {
  public:
    /// \param size_bits  log2 of bytes
    /// \param watermark  bytes from the beginning to the memory that is free
    /// \pre `address` is aligned to the size; the memory above the watermark is zero, or a device's
    [[nodiscard]] static constexpr Capability make(PhysAddr address, unsigned size_bits,
                                                   bool is_device, u64 watermark = 0) noexcept {
        K_ASSERT(address.aligned(size_bits) && watermark <= bit(size_bits));
        const Attributes attributes = Attributes{}
                                          .with(Attributes::size_bits, size_bits)
                                          .with(Attributes::is_device, is_device);
        return CapBase::make(address, attributes.raw(), watermark);
    }

    /// log2 of bytes
    [[nodiscard]] constexpr unsigned size_bits() const noexcept {
        return attributes<Attributes>()[Attributes::size_bits];
    }

    [[nodiscard]] constexpr bool is_device() const noexcept {
        return attributes<Attributes>()[Attributes::is_device];
    }

    [[nodiscard]] constexpr u64 bytes() const noexcept { return bit(size_bits()); }

    [[nodiscard]] constexpr PhysRange range() const noexcept {
        return {address(), address() + bytes()};
    }

    [[nodiscard]] constexpr u64 watermark() const noexcept { return raw().payload(); }

    /// The same with another watermark.
    [[nodiscard]] constexpr Capability with_watermark(u64 watermark) const noexcept {
        return make(address(), size_bits(), is_device(), watermark);
    }

  private:
    friend class Capability;
    using CapBase::CapBase;

    struct Attributes : Bits<Attributes> {
        using Bits::Bits;
        static constexpr Field<5, 0, unsigned> size_bits{};
        static constexpr Bit<6> is_device{};
    };
};

} // namespace k
