/// \file
/// Where the kernel sees physical memory (fake, for tests on the host).
#pragma once

#include "base/address.hpp"

namespace k::arch {

/// The one way between a physical address and a pointer. Physical memory is what a test
/// allocates, under the same number.
class Window {
  public:
    [[nodiscard]] constexpr VirtAddr virt(PhysAddr address) const noexcept {
        return VirtAddr{address.raw()};
    }

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
