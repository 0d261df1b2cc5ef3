#include "lib/slot_allocator.hpp"

#include "base/assert.hpp"

namespace user {

std::optional<u64> SlotAllocator::take(u64 count) noexcept {
    u64 run = 0; // so many free slots end where we are
    for (u64 slot = range_.begin; slot < range_.end; ++slot) {
        run = taken(slot) ? 0 : run + 1;
        if (run != count) continue;
        const u64 first = slot + 1 - count;
        for (u64 taken = first; taken <= slot; ++taken)
            flip(taken);
        free_ -= count;
        return first;
    }
    return {};
}

void SlotAllocator::give_back(u64 first, u64 count) noexcept {
    for (u64 slot = first; slot < first + count; ++slot) {
        K_ASSERT(range_.begin <= slot && slot < range_.end && taken(slot));
        flip(slot);
    }
    free_ += count;
}

} // namespace user
