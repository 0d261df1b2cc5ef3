/// \file
/// What the kernel has told the root task.
#pragma once

#include "abi/boot_info.hpp"

#include <sel4/bootinfo.h>

namespace user {

/// The BootInfo page.
[[nodiscard]] inline const k::abi::BootInfo& boot_info() noexcept {
    return *reinterpret_cast<const k::abi::BootInfo*>(seL4_GetBootInfo());
}

/// The first of the chunks behind it; they fill `boot_info().extra_bytes` bytes.
[[nodiscard]] inline const k::abi::ChunkHeader* first_chunk() noexcept {
    const auto page = reinterpret_cast<k::uptr>(seL4_GetBootInfo());
    return reinterpret_cast<const k::abi::ChunkHeader*>(page + k::bit(k::abi::page_bits));
}

} // namespace user
