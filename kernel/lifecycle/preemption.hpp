/// \file
/// Long operations, and how they let interrupts in.
#pragma once

#include "arch/cpu.hpp"
#include "base/types.hpp"

namespace k {

/// How far an operation came. One that was preempted is begun again, by the program's repeating its
/// call once the interrupt has been handled; it keeps in the objects themselves what it has done,
/// so it goes on where it stopped.
enum class [[nodiscard]] Progress : u8{Done, Preempted};

/// Asked after every bounded piece of work. Interrupts are masked in the kernel, so one that has
/// come shows itself only to who looks.
[[nodiscard]] inline bool must_yield() noexcept {
    return arch::interrupt_pending();
}

} // namespace k
