/// \file
/// What the kernel prints goes to standard error; where it turns the machine off, the test ends.
#include "base/platform.hpp"

#include <cstdio>
#include <cstdlib>

namespace k::platform {

void write(std::string_view text) noexcept {
    std::fwrite(text.data(), 1, text.size(), stderr);
}

void print_backtrace(const CodePosition&) noexcept {}

void begin_panic() noexcept {}

void power_off() noexcept {
    std::abort();
}

} // namespace k::platform
