#include "lib/untyped.hpp"

#include "base/assert.hpp"
#include "lib/boot_info.hpp"

namespace user {

Status Untyped::retype(k::abi::ObjectType type, u64 size_bits, Window window) const noexcept {
    return status_of(seL4_Untyped_Retype(cptr(), static_cast<seL4_Word>(type), size_bits,
                                         window.node.cptr(), 0, 0, window.first, window.count));
}

Untyped memory_of(u64 size_bits) noexcept {
    const auto& info = boot_info();
    for (u64 i = 0;; ++i) {
        K_ASSERT(i < info.untyped.end - info.untyped.begin);
        const auto& memory = info.untypeds[i];
        if (memory.is_device == 0 && memory.size_bits >= size_bits) {
            return Untyped{info.untyped.begin + i};
        }
    }
}

} // namespace user
