/// \file
/// What stands on the kernel's command line: it is there for programs, too.
#pragma once

#include "base/types.hpp"

#include <optional>
#include <string_view>

namespace user {

/// The command line, which the device tree has brought; empty if there is none.
[[nodiscard]] std::string_view command_line() noexcept;

/// The number in a word `name=NUMBER` of the command line.
[[nodiscard]] std::optional<k::u64> number_option(std::string_view line,
                                                  std::string_view name) noexcept;

} // namespace user
