/// \file
/// The program's own memory: its pages, by the capabilities that boot has handed out.
#pragma once

#include "lib/boot_info.hpp"
#include "lib/memory.hpp"

// The linker's: where the program's first page begins.
extern "C" const char __executable_start[]; // NOLINT(readability-identifier-naming)

namespace user {

/// The frame that a variable of this program is in.
[[nodiscard]] inline Frame image_frame(const void* variable) noexcept {
    const auto offset =
        reinterpret_cast<u64>(variable) - reinterpret_cast<u64>(&__executable_start);
    return Frame{boot_info().user_image_frames.begin + offset / Frame::bytes};
}

} // namespace user
