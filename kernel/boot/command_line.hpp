/// \file
/// What the kernel is asked for on its command line.
#pragma once

#include "base/types.hpp"

#include <optional>
#include <string_view>

namespace k {

/// The decimal number behind `name`, which ends in '=', in a line of options parted by spaces;
/// nothing if there is no such option, or what is behind it is no number.
[[nodiscard]] std::optional<u64> number_option(std::string_view line,
                                               std::string_view name) noexcept;

} // namespace k
