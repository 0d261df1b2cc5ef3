/// \file
/// Where the kernel sees physical memory (AArch64).
#pragma once

#include "base/address.hpp"

namespace k::arch {

/// The one way between a physical address and a pointer. With the MMU off they are the same number.
class Window {
  public:
    template <class T>
    [[nodiscard]] T* at(PhysAddr address) const noexcept {
        return reinterpret_cast<T*>(address.raw());
    }

    [[nodiscard]] PhysAddr phys(const void* pointer) const noexcept {
        return PhysAddr{reinterpret_cast<uptr>(pointer)};
    }
};

inline constexpr Window window{};

} // namespace k::arch
