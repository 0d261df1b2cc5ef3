/// \file
/// Clearing memory (fake, for tests on the host).
#pragma once

#include "base/memory.hpp"

namespace k::arch {

inline void clear(void* area, u64 bytes) noexcept {
    memory::fill(area, 0, bytes);
}

} // namespace k::arch
