/// \file
/// The core that runs this code (fake, for tests on the host).
#pragma once

#include <cstdio>
#include <cstdlib>

namespace k::arch {

/// The kernel always runs at EL1.
[[nodiscard]] inline unsigned current_el() noexcept {
    return 1;
}

/// Ends the process, in a way that a death test can see.
[[noreturn]] inline void halt() noexcept {
    std::fputs("halted\n", stderr);
    std::abort();
}

/// Whether an interrupt waits; a test sets it.
inline bool (*fake_interrupt)() = [] { return false; };

[[nodiscard]] inline bool interrupt_pending() noexcept {
    return fake_interrupt();
}

} // namespace k::arch
