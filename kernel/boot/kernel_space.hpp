/// \file
/// The kernel's own address space: image, RAM and devices.
#pragma once

#include "boot/survey.hpp"
#include "object/mapping.hpp"

namespace k {

inline constexpr VirtAddr upper_half = arch::window.virt(PhysAddr{0});

/// The space that TTBR1 holds: what the kernel sees.
[[nodiscard]] AddressSpace kernel_space() noexcept;

/// A page of zeros for a table of the kernel's: from a few in the image, which can be reached from
/// the first instruction on, and when they are used up from the boot allocator.
[[nodiscard]] PhysAddr take_table() noexcept;

/// Makes a device's registers appear in the window.
void map_device(PhysRange registers) noexcept;

/// Makes all RAM and all devices in `boot` appear in the window, and switches the lower half off.
void map_machine(const BootState& boot) noexcept;

} // namespace k
