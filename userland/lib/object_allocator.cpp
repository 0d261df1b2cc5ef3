#include "lib/object_allocator.hpp"

namespace user {

namespace {

/// What the allocator answers when it has nothing left, in the kernel's words.
constexpr Refusal exhausted{k::abi::Error::NotEnoughMemory, {}};

} // namespace

ObjectAllocator::ObjectAllocator(const k::abi::BootInfo& boot_info, SlotAllocator& slots) noexcept
    : slots_{&slots} {
    for (u64 i = 0; i < boot_info.untyped.end - boot_info.untyped.begin; ++i) {
        const auto& memory = boot_info.untypeds[i];
        if (memory.is_device == 0)
            static_cast<void>(free_[memory.size_bits].push_back(boot_info.untyped.begin + i));
    }
}

Result<Untyped> ObjectAllocator::take(u64 size_bits) noexcept {
    if (size_bits >= sizes) return k::Unexpected{exhausted};
    FreeList& list = free_[size_bits];
    if (list.size() == 0) K_TRY(split(size_bits + 1));
    const Untyped memory{list.items().back()};
    list.erase(list.size() - 1);
    return memory;
}

Status ObjectAllocator::split(u64 size_bits) noexcept {
    const u64 halves = K_TRY(take_slot(2));
    const auto whole = take(size_bits);
    if (!whole) {
        slots_->give_back(halves, 2);
        return k::Unexpected{whole.error()};
    }
    K_TRY(whole->retype(k::abi::ObjectType::Untyped, size_bits - 1, {own_cspace, halves, 2}));
    K_TRY(give_back(Untyped{halves + 1}, size_bits - 1));
    return give_back(Untyped{halves}, size_bits - 1);
}

Status ObjectAllocator::give_back(Untyped memory, u64 size_bits) noexcept {
    if (!free_[size_bits].push_back(memory.cptr())) return k::Unexpected{exhausted};
    return k::Ok{};
}

Result<ObjectAllocator::Place> ObjectAllocator::take_place(u64 size_bits) noexcept {
    const u64 slot = K_TRY(take_slot());
    const auto memory = take(size_bits);
    if (memory) return Place{*memory, size_bits, slot};
    slots_->give_back(slot);
    return k::Unexpected{memory.error()};
}

Status ObjectAllocator::give_back(const Place& place) noexcept {
    slots_->give_back(place.slot);
    return give_back(place.memory, place.size_bits);
}

Result<u64> ObjectAllocator::take_slot(u64 count) noexcept {
    const auto slot = slots_->take(count);
    if (!slot) return k::Unexpected{exhausted};
    return *slot;
}

} // namespace user
