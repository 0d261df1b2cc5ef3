/// \file
/// What boot finds out about the machine before anything else can happen.
#pragma once

#include "boot/boot_allocator.hpp"
#include "boot/machine.hpp"
#include "boot/memory_map.hpp"

namespace k {

/// What boot knows. It is of use until the first program runs, and no part of the kernel's state.
struct BootState {
    Machine machine;
    MemoryMap memory;
    PhysRange tree{};                         ///< the device tree, as far as it is in use
    std::optional<BootAllocator> allocator{}; ///< from the survey on
    MemoryMap devices{}; ///< all addresses; free is what programs may have as device memory
};

extern constinit BootState boot_state;

/// Reads the device tree into `boot_state`, and puts console and firmware to use; panics if the
/// tree is no good. \pre kernel_state.image is set.
void survey(PhysAddr device_tree) noexcept;

} // namespace k
