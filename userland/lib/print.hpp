/// \file
/// Formatted text on the kernel's console, as long as there is no driver.
#pragma once

#include "base/format.hpp"

namespace user {

/// The console as something to write to.
struct Console {
    static void write(std::string_view text) noexcept;
};

/// `print("{} of {:#x}\n", count, limit)`: the kernel's own format, base/format.hpp.
template <class... Arguments>
void print(k::FormatString<std::type_identity_t<Arguments>...> text,
           const Arguments&... arguments) noexcept {
    Console console;
    k::format(console, text, arguments...);
}

} // namespace user
