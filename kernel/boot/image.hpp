/// \file
/// The parts of the kernel's image, and where they are in RAM.
#pragma once

#include "boot/platform.hpp"

/// Set by kernel.ld, each on a page boundary but text_end: only their addresses mean anything.
extern "C" const char image_begin[], text_end[], rodata_begin[], data_begin[], // NOLINT
    stack_guard[], stack_bottom[], stack_top[], emergency_stack_top[],         // NOLINT
    image_end[];                                                               // NOLINT

namespace k {

/// The physical address of a place in the image, be the MMU on or off: both have the same distance
/// from the image's beginning.
[[nodiscard]] inline PhysAddr image_phys(const void* place) noexcept {
    return kernel_state.image.begin +
           (reinterpret_cast<uptr>(place) - reinterpret_cast<uptr>(image_begin));
}

} // namespace k
