/// \file
/// Capabilities that carry a badge: a number by which the one who is called tells callers apart.
/// seL4 manual, "Badges".
#pragma once

#include "object/capability.hpp"

namespace k {

/// What capabilities to endpoints and to notifications have in common. A badge of 0 is none.
template <class Object>
class BadgedCap : public CapBase<Object> {
  public:
    [[nodiscard]] static constexpr Capability make(PhysAddr address, u64 badge = 0,
                                                   Rights rights = all_rights) noexcept {
        return CapBase<Object>::make(address, 0, badge, rights);
    }

    [[nodiscard]] constexpr u64 badge() const noexcept { return this->raw().payload(); }

    /// The same with a badge: only one that has none yet takes one. A badge is how a server knows
    /// its client, so whoever got one could otherwise pose as another.
    [[nodiscard]] constexpr std::optional<Capability> with_badge(u64 badge) const noexcept {
        if (this->badge() != 0) return std::nullopt;
        return make(this->address(), badge, this->rights());
    }

    /// The same with those rights that are in `mask` too.
    [[nodiscard]] constexpr Capability masked(Rights mask) const noexcept {
        return make(this->address(), badge(), Rights{this->rights().raw() & mask.raw()});
    }

  protected:
    using CapBase<Object>::CapBase;
};

/// The badge of a capability of any type; 0 if it has none.
[[nodiscard]] u64 badge_of(const Capability& cap) noexcept;

} // namespace k
