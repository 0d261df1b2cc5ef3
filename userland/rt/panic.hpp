/// \file
/// The end of a program that cannot go on.
#pragma once

namespace rt {

/// Prints `the program failed: message` and turns the machine off.
[[noreturn]] void panic(const char* message) noexcept;

} // namespace rt
