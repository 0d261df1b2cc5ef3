/// \file
/// Capabilities, and the slots that they are in.
#pragma once

#include "abi/boot_info.hpp"
#include "abi/objects.hpp"
#include "abi/words.hpp"
#include "lib/error.hpp"

namespace user {

using k::abi::CapRights;
using k::abi::CNodeData;

inline constexpr CapRights all_rights{0xf};
inline constexpr CapRights read_only{0x2};
inline constexpr CapRights write_only{0x1};
inline constexpr CapRights no_rights{0};

/// A capability of this program's, by its address in the program's capability space. What kind it
/// is is the program's own word for it: the kernel looks, and refuses what does not fit.
class Capability {
  public:
    constexpr explicit Capability(seL4_CPtr cptr) noexcept : cptr_{cptr} {}

    constexpr explicit Capability(k::abi::InitialSlot slot) noexcept
        : cptr_{static_cast<seL4_CPtr>(slot)} {}

    [[nodiscard]] constexpr seL4_CPtr cptr() const noexcept { return cptr_; }

    /// What the kernel takes it for. A debug call.
    [[nodiscard]] k::abi::CapabilityType type() const noexcept {
        return static_cast<k::abi::CapabilityType>(seL4_DebugCapIdentify(cptr_));
    }

  private:
    seL4_CPtr cptr_;
};

class Slot;

/// A table of slots; also the root of a capability space.
class CNode : public Capability {
  public:
    static constexpr auto object_type = k::abi::ObjectType::CapTable;
    using Capability::Capability;

    /// The slot that the low `depth` bits of `index` lead to from here.
    [[nodiscard]] constexpr Slot slot(u64 index, u8 depth = 64) const noexcept;
};

/// A slot, as invocations of CNodes name it: where to begin, and which way to go. Each function is
/// the invocation that the CNode's manual page describes under that name.
class Slot {
  public:
    constexpr Slot(CNode root, u64 index, u8 depth) noexcept
        : root_{root.cptr()}, index_{index}, depth_{depth} {}

    [[nodiscard]] Status copy_from(Slot source, CapRights rights = all_rights) const noexcept;
    /// \param data  a badge, or the guard of a CNode
    [[nodiscard]] Status mint_from(Slot source, CapRights rights, u64 data) const noexcept;
    [[nodiscard]] Status move_from(Slot source) const noexcept;
    [[nodiscard]] Status mutate_from(Slot source, u64 data) const noexcept;
    /// Moves `pivot` here and `source` to where the pivot was.
    [[nodiscard]] Status rotate(u64 data, Slot pivot, u64 pivot_data, Slot source) const noexcept;
    [[nodiscard]] Status remove() const noexcept; ///< Delete, which C++ has for itself
    [[nodiscard]] Status revoke() const noexcept;
    [[nodiscard]] Status cancel_badged_sends() const noexcept;
    [[nodiscard]] Status save_caller() const noexcept;

  private:
    seL4_CNode root_;
    u64 index_;
    u8 depth_;
};

constexpr Slot CNode::slot(u64 index, u8 depth) const noexcept {
    return {*this, index, depth};
}

/// The root task's own capability space.
inline constexpr CNode own_cspace{k::abi::InitialSlot::InitThreadCNode};

/// The slot of this program's that a capability is in.
[[nodiscard]] constexpr Slot slot_of(Capability capability) noexcept {
    return own_cspace.slot(capability.cptr());
}

} // namespace user
