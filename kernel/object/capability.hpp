/// \file
/// Capabilities: sixteen bytes that name an object and say what may be done with it.
///
/// Every capability has the same shape, so the layout is learnt once:
///
///     head     63   59 58        48 47                     4 3      0
///              | type | attributes | physical address [47:4] | rights |
///     payload  what the type needs: a badge, a guard, a watermark, a mapping
///
/// An object is aligned to 16 bytes at least, so its rights have room in the address's low bits.
#pragma once

#include "abi/objects.hpp"
#include "abi/words.hpp"
#include "arch/window.hpp"
#include "base/bitfield.hpp"

#include <optional>
#include <type_traits>

namespace k {

/// What a capability is to, in the numbers that DebugCapIdentify answers. Types join the list with
/// the chapters that bring their objects.
enum class CapType : u64 {
    Null = u64(abi::CapabilityType::Null), ///< all bits zero: cleared memory holds empty slots
    Frame = u64(abi::CapabilityType::Frame),
    Untyped = u64(abi::CapabilityType::Untyped),
    PageTable = u64(abi::CapabilityType::PageTable),
    Endpoint = u64(abi::CapabilityType::Endpoint),
    Notification = u64(abi::CapabilityType::Notification),
    Reply = u64(abi::CapabilityType::Reply),
    VSpace = u64(abi::CapabilityType::VSpace),
    CNode = u64(abi::CapabilityType::CNode),
    ASIDControl = u64(abi::CapabilityType::ASIDControl),
    TCB = u64(abi::CapabilityType::TCB),
    ASIDPool = u64(abi::CapabilityType::ASIDPool),
    Zombie = u64(abi::CapabilityType::Zombie),
    Domain = u64(abi::CapabilityType::Domain),
};

/// What may be done with an object. Nothing adds rights to a capability, ever.
using Rights = abi::CapRights;

inline constexpr Rights all_rights{Rights::all.mask};

/// The first word of every capability.
struct CapHead : Bits<CapHead> {
    using Bits::Bits;
    static constexpr Field<63, 59, CapType> type{};
    static constexpr Field<58, 48> attributes{}; ///< a word of its own that the type defines
    static constexpr InPlace<47, 4> address{};
    static constexpr Field<3, 0> rights{};
};

static_assert(disjoint(CapHead::type, CapHead::attributes, CapHead::address, CapHead::rights));

/// A capability to an Object, with what is peculiar to the type: specialised beside each object.
template <class Object>
class Cap;

/// The CapType of capabilities to Objects; specialised beside each object.
template <class Object>
inline constexpr CapType cap_type_of = CapType::Null;

/// A capability of any type.
class Capability {
  public:
    constexpr Capability() = default; ///< the null capability

    constexpr Capability(CapHead head, u64 payload) noexcept : head_{head}, payload_{payload} {}

    [[nodiscard]] constexpr CapType type() const noexcept { return head_[CapHead::type]; }

    [[nodiscard]] constexpr bool is_null() const noexcept { return type() == CapType::Null; }

    [[nodiscard]] constexpr PhysAddr address() const noexcept {
        return PhysAddr{head_[CapHead::address]};
    }

    [[nodiscard]] constexpr Rights rights() const noexcept {
        return Rights{head_[CapHead::rights]};
    }

    [[nodiscard]] constexpr CapHead head() const noexcept { return head_; }

    [[nodiscard]] constexpr u64 payload() const noexcept { return payload_; }

    /// This capability as one to an Object, if it is one: the only way there, so that nobody takes
    /// a capability for what it is not.
    template <class Object>
    [[nodiscard]] constexpr std::optional<Cap<Object>> as() const noexcept {
        static_assert(cap_type_of<Object> != CapType::Null, "there are no capabilities to these");
        if (type() != cap_type_of<Object>) return std::nullopt;
        return Cap<Object>{*this};
    }

    friend constexpr bool operator==(const Capability&, const Capability&) = default;

  private:
    CapHead head_;
    u64 payload_ = 0;
};

static_assert(sizeof(Capability) == 16 && std::is_trivially_copyable_v<Capability>);

/// Whether two capabilities, neither of them null, are to one object. No two objects of a type
/// begin at the same address.
[[nodiscard]] constexpr bool same_object(const Capability& a, const Capability& b) noexcept {
    return a.type() == b.type() && a.address() == b.address();
}

/// What the specialisations of Cap<> have in common.
template <class Object>
class CapBase {
  public:
    [[nodiscard]] constexpr Capability raw() const noexcept { return cap_; }

    [[nodiscard]] constexpr PhysAddr address() const noexcept { return cap_.address(); }

    [[nodiscard]] constexpr Rights rights() const noexcept { return cap_.rights(); }

  protected:
    constexpr explicit CapBase(Capability cap) noexcept : cap_{cap} {}

    /// A capability to the Object at `address`. \param attributes  the type's word of attributes
    [[nodiscard]] static constexpr Capability make(PhysAddr address, u64 attributes, u64 payload,
                                                   Rights rights = all_rights) noexcept {
        return {CapHead{}
                    .with(CapHead::type, cap_type_of<Object>)
                    .with(CapHead::attributes, attributes)
                    .with(CapHead::address, address.raw())
                    .with(CapHead::rights, rights[Rights::all]),
                payload};
    }

    /// The type's word of attributes, which W describes.
    template <class W>
    [[nodiscard]] constexpr W attributes() const noexcept {
        return W{cap_.head()[CapHead::attributes]};
    }

    /// The type's second word, which W describes.
    template <class W>
    [[nodiscard]] constexpr W payload() const noexcept {
        return W{cap_.payload()};
    }

  private:
    Capability cap_;
};

} // namespace k
