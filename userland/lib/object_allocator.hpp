/// \file
/// Kernel objects out of the untyped memory that the root task begins with.
#pragma once

#include "base/fixed_vector.hpp"
#include "lib/slot_allocator.hpp"
#include "lib/untyped.hpp"

namespace user {

/// Makes objects of any kind, and takes their memory back.
///
/// Each object gets an untyped of just its size, which is split off a larger one where there is
/// none. So memory comes back object by object, without a look at its neighbours; what was split
/// stays split.
class ObjectAllocator {
  public:
    /// Begins with all memory of the machine that is nobody's. Device memory is left alone.
    ObjectAllocator(const k::abi::BootInfo& boot_info, SlotAllocator& slots) noexcept;

    /// An object, and the memory it is made of.
    template <class Object>
    struct Made {
        Object object;
        Untyped memory;
        u64 size_bits; ///< of the memory, log2 of bytes
    };

    /// Makes an object in a free slot. \param given  as Untyped::make has it
    template <class Object>
    [[nodiscard]] Result<Made<Object>> make(u64 given = 0) noexcept {
        const Place place = K_TRY(take_place(k::abi::size_bits(Object::object_type, given)));
        const auto object = place.memory.make<Object>(place.slot, given);
        if (object) return Made<Object>{*object, place.memory, place.size_bits};
        K_TRY(give_back(place));
        return k::Unexpected{object.error()};
    }

    /// Deletes an object, with every capability that was derived from it.
    template <class Object>
    [[nodiscard]] Status destroy(const Made<Object>& made) noexcept {
        K_TRY(slot_of(made.memory).revoke());
        return give_back(Place{made.memory, made.size_bits, made.object.cptr()});
    }

    /// An untyped of just this size.
    [[nodiscard]] Result<Untyped> take(u64 size_bits) noexcept;

    /// \pre nothing that was made of it is left
    [[nodiscard]] Status give_back(Untyped memory, u64 size_bits) noexcept;

  private:
    static constexpr u64 sizes = k::abi::max_untyped_bits + 1;
    using FreeList = k::FixedVector<seL4_CPtr, 64>; ///< of one size

    /// Room for an object: memory, and a slot for the capability.
    struct Place {
        Untyped memory;
        u64 size_bits;
        u64 slot;
    };

    [[nodiscard]] Result<Place> take_place(u64 size_bits) noexcept;
    [[nodiscard]] Status give_back(const Place& place) noexcept;
    [[nodiscard]] Result<u64> take_slot(u64 count = 1) noexcept;
    [[nodiscard]] Status split(u64 size_bits) noexcept;

    SlotAllocator* slots_;
    std::array<FreeList, sizes> free_{};
};

} // namespace user
