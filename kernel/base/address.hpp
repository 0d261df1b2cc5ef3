/// \file
/// Addresses of different spaces are different types.
#pragma once

#include "base/format.hpp"
#include "base/types.hpp"

#include <compare>
#include <optional>

namespace k {

/// An address in the space that Tag names. Only what makes sense is defined: address +/- bytes is
/// an address, address - address is bytes. Nothing converts into it or out of it by itself.
template <class Tag>
class Address {
  public:
    constexpr Address() = default;

    constexpr explicit Address(u64 raw) noexcept : raw_{raw} {}

    [[nodiscard]] constexpr u64 raw() const noexcept { return raw_; }

    /// Whether this is a multiple of 2 to the power of `bits`.
    [[nodiscard]] constexpr bool aligned(unsigned bits) const noexcept {
        return align_down(bits) == *this;
    }

    [[nodiscard]] constexpr Address align_down(unsigned bits) const noexcept {
        return Address{raw_ & ~(bit(bits) - 1)};
    }

    [[nodiscard]] constexpr Address align_up(unsigned bits) const noexcept {
        return (*this + (bit(bits) - 1)).align_down(bits);
    }

    friend constexpr Address operator+(Address a, u64 bytes) noexcept {
        return Address{a.raw_ + bytes};
    }

    friend constexpr Address operator-(Address a, u64 bytes) noexcept {
        return Address{a.raw_ - bytes};
    }

    friend constexpr u64 operator-(Address a, Address b) noexcept { return a.raw_ - b.raw_; }

    friend constexpr auto operator<=>(Address, Address) = default;

    friend constexpr auto argument(Address a) noexcept {
        return ArgumentOf<ArgumentKind::Address>{a.raw_};
    }

  private:
    u64 raw_ = 0;
};

using PhysAddr = Address<struct PhysTag>;
inline constexpr unsigned physical_bits = 52; ///< Arm ARM, "Physical address size": at most these
using VirtAddr = Address<struct VirtTag>;     ///< in some user's address space; never dereferenced

/// The addresses from `begin` up to, but not including, `end`.
template <class A>
struct Range {
    A begin;
    A end;

    [[nodiscard]] constexpr u64 bytes() const noexcept { return end - begin; }

    [[nodiscard]] constexpr bool empty() const noexcept { return begin == end; }

    [[nodiscard]] constexpr bool contains(A a) const noexcept { return begin <= a && a < end; }

    [[nodiscard]] constexpr bool overlaps(Range other) const noexcept {
        return begin < other.end && other.begin < end;
    }

    friend constexpr bool operator==(const Range&, const Range&) = default;
};

using PhysRange = Range<PhysAddr>;
using VirtRange = Range<VirtAddr>;

/// The range of `size` bytes at `base`: where the end of anything physical is computed.
/// \returns nothing when it would run past the last address there can be.
[[nodiscard]] constexpr std::optional<PhysRange> range_of(u64 base, u64 size) noexcept {
    constexpr u64 end = bit(physical_bits);
    if (base > end || size > end - base) return {};
    return PhysRange{PhysAddr{base}, PhysAddr{base + size}};
}

/// Memory is managed in pages of 4 KiB.
inline constexpr unsigned page_bits = 12;
inline constexpr u64 page_bytes = bit(page_bits);

} // namespace k
