/// \file
/// Copying and filling memory. Every access is aligned, as it must be while the MMU is off.
#pragma once

#include "base/types.hpp"

namespace k::memory {

/// Copies `bytes` bytes. \pre The two areas do not overlap.
void copy(void* to, const void* from, usize bytes) noexcept;

/// Copies `bytes` bytes between areas that may overlap.
void move(void* to, const void* from, usize bytes) noexcept;

/// Sets `bytes` bytes to `value`.
void fill(void* area, u8 value, usize bytes) noexcept;

/// Less than, equal to or greater than 0, as the first byte that differs is less or greater in `a`.
[[nodiscard]] int compare(const void* a, const void* b, usize bytes) noexcept;

} // namespace k::memory
