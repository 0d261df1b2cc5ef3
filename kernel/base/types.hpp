/// \file
/// Short names for integers of a fixed width.
#pragma once

#include <cstddef>
#include <cstdint>

namespace k {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i64 = std::int64_t;
using usize = std::size_t;
using uptr = std::uintptr_t;

/// A word with only bit `n` set.
constexpr u64 bit(u64 n) noexcept {
    return u64{1} << n;
}

} // namespace k
