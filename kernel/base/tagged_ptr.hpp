/// \file
/// A pointer and a few flags in one word.
#pragma once

#include "base/assert.hpp"
#include "base/types.hpp"

namespace k {

/// A `T*` that carries `N` flags in the low bits which T's alignment leaves zero.
template <class T, unsigned N>
class TaggedPtr {
  public:
    constexpr TaggedPtr() = default;

    /// \pre `flags` fit into N bits.
    TaggedPtr(T* pointer, u64 flags) noexcept : raw_{reinterpret_cast<u64>(pointer) | flags} {
        static_assert(alignof(T) >= bit(N), "T's alignment does not leave so many bits");
        K_ASSERT((flags & ~mask) == 0);
    }

    [[nodiscard]] T* get() const noexcept { return reinterpret_cast<T*>(raw_ & ~mask); }

    [[nodiscard]] u64 flags() const noexcept { return raw_ & mask; }

    void set(T* pointer) noexcept { *this = TaggedPtr{pointer, flags()}; }

    void set_flags(u64 flags) noexcept { *this = TaggedPtr{get(), flags}; }

  private:
    static constexpr u64 mask = bit(N) - 1;

    u64 raw_ = 0;
};

} // namespace k
