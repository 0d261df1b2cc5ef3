/// \file
/// Memory that nothing has been made of yet.
#pragma once

#include "lib/capability.hpp"

namespace user {

/// Slots of one CNode, side by side.
struct Window {
    CNode node;
    u64 first;
    u64 count = 1;
};

/// A capability to untyped memory.
class Untyped : public Capability {
  public:
    static constexpr auto object_type = k::abi::ObjectType::Untyped;
    using Capability::Capability;

    /// Makes as many objects as the window has slots.
    /// \param size_bits  of an untyped, log2 of bytes; of a CNode, log2 of slots; else without
    /// effect
    [[nodiscard]] Status retype(k::abi::ObjectType type, u64 size_bits,
                                Window window) const noexcept;

    /// Makes one object in an empty slot of the program's own.
    template <class Object>
    [[nodiscard]] Result<Object> make(u64 slot, u64 size_bits = 0) const noexcept {
        K_TRY(retype(Object::object_type, size_bits, {own_cspace, slot}));
        return Object{slot};
    }
};

/// Where most programs begin: the first of the machine's untypeds that is memory, not a device's,
/// and has at least that size, log2 of bytes. Without one the program fails.
[[nodiscard]] Untyped memory_of(u64 size_bits) noexcept;

} // namespace user
