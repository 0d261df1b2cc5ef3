/// \file
/// Where the kernel sees physical memory (AArch64).
#pragma once

#include "base/address.hpp"

namespace k::arch {

/// The one way between a physical address and a pointer: what is mapped, RAM or device, appears at
/// its physical address plus a fixed offset.
class Window {
  public:
    constexpr explicit Window(u64 offset) noexcept : offset_{offset} {}

    [[nodiscard]] constexpr VirtAddr virt(PhysAddr address) const noexcept {
        return VirtAddr{address.raw() + offset_};
    }

    template <class T>
    [[nodiscard]] T* at(PhysAddr address) const noexcept {
        return reinterpret_cast<T*>(virt(address).raw());
    }

    [[nodiscard]] PhysAddr phys(const void* pointer) const noexcept {
        return PhysAddr{reinterpret_cast<uptr>(pointer) - offset_};
    }

  private:
    u64 offset_;
};

/// From the bottom of the upper half, once the MMU is on.
inline constexpr Window window{0xffff'0000'0000'0000};

/// Until then the two are the same number.
inline constexpr Window no_window{0};

} // namespace k::arch
