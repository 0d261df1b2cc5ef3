/// \file
/// Clearing memory (fake, for tests on the host).
#pragma once

#include "arch/cache.hpp"
#include "arch/tlb.hpp"
#include "base/memory.hpp"

namespace k::arch {

/// Walkers that look at the memory while it is cleared see each word change by itself.
inline void clear(void* area, u64 bytes) noexcept {
    const VirtAddr begin{reinterpret_cast<uptr>(area)};
    if (fake_caches != nullptr) fake_caches->store({begin, begin + bytes});
    if (fake_mmu == nullptr) return memory::fill(area, 0, bytes);
    auto* const words = static_cast<std::atomic<u64>*>(area);
    for (u64 i = 0; i < bytes / sizeof(u64); ++i)
        if (words[i].load(std::memory_order_relaxed) != 0) store_descriptor(words[i], {});
}

} // namespace k::arch
