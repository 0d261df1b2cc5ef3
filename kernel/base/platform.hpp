/// \file
/// The services that `base/` needs from below. Declared here and defined by whoever puts the
/// kernel together: `boot/` for the machine, `arch/host/` for the tests.
#pragma once

#include "base/backtrace.hpp"

#include <string_view>

namespace k::platform {

/// Writes to the console. Usable from the kernel's first C++ instruction on.
void write(std::string_view text) noexcept;

/// Prints where `position` is and who called whom to get there.
void print_backtrace(const CodePosition& position) noexcept;

/// Called first by whoever panics. A second call is a panic's own fault, and ends the run.
void begin_panic() noexcept;

/// Ends the run, after all that was written has been sent.
[[noreturn]] void power_off() noexcept;

} // namespace k::platform
