/// \file
/// Named, typed fields of a 64-bit word: system registers, device registers, page-table
/// descriptors and capability words are all described by the same template.
#pragma once

#include "base/assert.hpp"
#include "base/types.hpp"

#include <concepts>

namespace k {

/// Base class (CRTP) of a 64-bit word whose bits have names.
///
/// A field belongs to the word that declares it, so reading `Esr::ec` out of a page descriptor
/// does not compile. Positions are written `<high, low>`, as the Arm ARM prints them.
///
///     struct Esr : Bits<Esr> {
///         using Bits::Bits;
///         static constexpr Field<31, 26, ExceptionClass> ec{};
///     };
///     if (esr[Esr::ec] == ExceptionClass::Svc64) ...
template <class Self>
class Bits {
  public:
    constexpr Bits() = default;

    constexpr explicit Bits(u64 raw) noexcept : raw_{raw} {}

    /// Bits [High:Low], holding a value of type V (an unsigned integer, bool or enum).
    template <unsigned High, unsigned Low, class V = u64>
    struct Field {
        static_assert(High < 64 && Low <= High);
        using Word = Self;
        using Value = V;
        static constexpr u64 max = ~u64{0} >> (63 - (High - Low));
        static constexpr u64 mask = max << Low;

        /// \pre `value` fits into the field.
        static constexpr u64 encode(V value) noexcept {
            const auto raw = static_cast<u64>(value);
            K_ASSERT((raw & ~max) == 0);
            return raw << Low;
        }

        static constexpr V decode(u64 word) noexcept {
            return static_cast<V>((word & mask) >> Low);
        }
    };

    template <unsigned N>
    using Bit = Field<N, N, bool>;

    /// Bits [High:Low], kept where they are: an address whose low bits are implied zeros.
    template <unsigned High, unsigned Low>
    struct InPlace {
        static_assert(High < 64 && Low <= High);
        using Word = Self;
        using Value = u64;
        static constexpr u64 mask = (~u64{0} >> (63 - (High - Low))) << Low;

        /// \pre `value` has no bits outside the field.
        static constexpr u64 encode(u64 value) noexcept {
            K_ASSERT((value & ~mask) == 0);
            return value;
        }

        static constexpr u64 decode(u64 word) noexcept { return word & mask; }
    };

    [[nodiscard]] constexpr u64 raw() const noexcept { return raw_; }

    template <class F>
        requires std::same_as<typename F::Word, Self>
    [[nodiscard]] constexpr typename F::Value operator[](F) const noexcept {
        return F::decode(raw_);
    }

    /// A copy with one field replaced.
    template <class F>
        requires std::same_as<typename F::Word, Self>
    [[nodiscard]] constexpr Self with(F, typename F::Value value) const noexcept {
        return Self{(raw_ & ~F::mask) | F::encode(value)};
    }

    friend constexpr bool operator==(const Self& a, const Self& b) noexcept {
        return a.raw() == b.raw();
    }

  private:
    u64 raw_ = 0;
};

/// True when no two fields share a bit: `static_assert(disjoint(Esr::ec, Esr::il))`.
template <class... F>
consteval bool disjoint(F...) {
    u64 seen = 0;
    bool ok = true;
    ((ok = ok && (seen & F::mask) == 0, seen |= F::mask), ...);
    return ok;
}

/// `count` bits of `word`, of which bit `low` is the lowest: for fields that no type can describe,
/// because their place is known only at run time. \pre low + count <= 64
constexpr u64 bits_at(u64 word, u64 low, u64 count) noexcept {
    return count == 0 ? 0 : word << (64 - low - count) >> (64 - count);
}

} // namespace k
