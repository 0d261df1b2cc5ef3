/// \file
/// Address spaces, and what is mapped in them.
#pragma once

#include "lib/untyped.hpp"

namespace user {

using k::abi::VmAttributes;

inline constexpr CapRights read_write{0x3};

/// A capability to an address space: the root of its page tables.
class VSpace : public Capability {
  public:
    static constexpr auto object_type = k::abi::ObjectType::VSpace;
    using Capability::Capability;

    /// What is to be done with the caches for the addresses from `begin` to before `end`, which lie
    /// in one page.
    [[nodiscard]] Status clean(u64 begin, u64 end) const noexcept;
    [[nodiscard]] Status invalidate(u64 begin, u64 end) const noexcept;
    [[nodiscard]] Status clean_and_invalidate(u64 begin, u64 end) const noexcept;
    /// Lets instructions be fetched that have been written as data.
    [[nodiscard]] Status unify_instruction(u64 begin, u64 end) const noexcept;
};

/// The root task's own address space.
inline constexpr VSpace own_vspace{k::abi::InitialSlot::InitThreadVSpace};

/// A capability to a page table of any level below the root.
class PageTable : public Capability {
  public:
    static constexpr auto object_type = k::abi::ObjectType::PageTable;
    using Capability::Capability;

    /// Puts the table where the highest one is missing on the way to `address`.
    [[nodiscard]] Status map(VSpace space, u64 address) const noexcept;
    [[nodiscard]] Status unmap() const noexcept;
};

/// A capability to a frame of memory.
template <k::abi::ObjectType Type>
class FrameOf : public Capability {
  public:
    static constexpr auto object_type = Type;
    static constexpr u64 bytes = u64{1} << k::abi::size_bits(Type, 0);
    using Capability::Capability;

    /// Maps the frame; where it is mapped already, with other rights.
    [[nodiscard]] Status
    map(VSpace space, u64 address, CapRights rights = read_write,
        VmAttributes attributes = k::abi::default_vm_attributes) const noexcept {
        return status_of(seL4_ARM_Page_Map(cptr(), space.cptr(), address, {{rights.raw()}},
                                           static_cast<seL4_ARM_VMAttributes>(attributes.raw())));
    }

    [[nodiscard]] Status unmap() const noexcept { return status_of(seL4_ARM_Page_Unmap(cptr())); }

    /// As VSpace has them, by offsets in the frame, which must be mapped.
    [[nodiscard]] Status clean(u64 begin, u64 end) const noexcept {
        return status_of(seL4_ARM_Page_Clean_Data(cptr(), begin, end));
    }
    [[nodiscard]] Status invalidate(u64 begin, u64 end) const noexcept {
        return status_of(seL4_ARM_Page_Invalidate_Data(cptr(), begin, end));
    }
    [[nodiscard]] Status clean_and_invalidate(u64 begin, u64 end) const noexcept {
        return status_of(seL4_ARM_Page_CleanInvalidate_Data(cptr(), begin, end));
    }
    [[nodiscard]] Status unify_instruction(u64 begin, u64 end) const noexcept {
        return status_of(seL4_ARM_Page_Unify_Instruction(cptr(), begin, end));
    }

    /// Where it is in physical memory.
    [[nodiscard]] Result<u64> address() const noexcept {
        const auto answer = seL4_ARM_Page_GetAddress(cptr());
        K_TRY(status_of(answer.error));
        return answer.paddr;
    }
};

using Frame = FrameOf<k::abi::ObjectType::SmallPage>;
using LargeFrame = FrameOf<k::abi::ObjectType::LargePage>;
using HugeFrame = FrameOf<k::abi::ObjectType::HugePage>;

/// A capability to a set of address space identifiers.
class AsidPool : public Capability {
  public:
    using Capability::Capability;

    /// Gives an address space an identifier, without which nothing can be mapped in it.
    [[nodiscard]] Status assign(VSpace space) const noexcept;
};

inline constexpr AsidPool own_asid_pool{k::abi::InitialSlot::InitThreadASIDPool};

/// The capability to make sets of address space identifiers.
class AsidControl : public Capability {
  public:
    using Capability::Capability;

    /// Makes a pool in an empty slot of the program's own. \param memory  a whole page of it
    [[nodiscard]] Result<AsidPool> make_pool(Untyped memory, u64 slot) const noexcept;
};

inline constexpr AsidControl own_asid_control{k::abi::InitialSlot::ASIDControl};

} // namespace user
