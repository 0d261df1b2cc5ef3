/// \file
/// Mapping without a thought for page tables.
#pragma once

#include "lib/memory.hpp"
#include "lib/object_allocator.hpp"

namespace user {

/// Maps frames into an address space, and puts in the page tables that are missing on the way. The
/// tables stay: pages come and go, the way to them is made once.
class AddressSpace {
  public:
    /// For an address space that there is, such as the program's own.
    AddressSpace(VSpace space, ObjectAllocator& objects) noexcept
        : space_{space}, objects_{&objects} {}

    [[nodiscard]] VSpace vspace() const noexcept { return space_; }

    /// Maps a frame, as FrameOf::map has it.
    template <k::abi::ObjectType Type>
    [[nodiscard]] Status map(FrameOf<Type> frame, u64 address, CapRights rights = read_write,
                             VmAttributes attributes = k::abi::default_vm_attributes) noexcept {
        constexpr u64 frame_bits = k::abi::size_bits(Type, 0);
        auto status = frame.map(space_, address, rights, attributes);
        for (; !status && lacks_table(status.error(), frame_bits); ++tables_) {
            K_TRY(add_table(address));
            status = frame.map(space_, address, rights, attributes);
        }
        return status;
    }

    /// How many tables it has put in.
    [[nodiscard]] u64 tables() const noexcept { return tables_; }

  private:
    [[nodiscard]] static bool lacks_table(const Refusal& refusal, u64 frame_bits) noexcept;
    [[nodiscard]] Status add_table(u64 address) noexcept;

    VSpace space_;
    ObjectAllocator* objects_;
    u64 tables_ = 0;
};

/// Makes an empty address space with an identifier from `pool`.
[[nodiscard]] Result<AddressSpace> make_address_space(ObjectAllocator& objects,
                                                      AsidPool pool = own_asid_pool) noexcept;

} // namespace user
