/// \file
/// Formatted text on the console.
#pragma once

#include "base/format.hpp"
#include "base/platform.hpp"

namespace k {

/// The console as something to write to.
struct Console {
    static void write(std::string_view text) noexcept { platform::write(text); }
};

/// Prints on the console: `print("{} of {:#x}\n", count, limit)`.
template <class... Arguments>
void print(FormatString<std::type_identity_t<Arguments>...> text,
           const Arguments&... arguments) noexcept {
    Console console;
    format(console, text, arguments...);
}

} // namespace k
