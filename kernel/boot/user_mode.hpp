/// \file
/// The last thing that boot does.
#pragma once

#include "boot/survey.hpp"

namespace k {

/// Makes the root task and leaves the kernel for it; or says why not, and turns the machine off.
[[noreturn]] void enter_user_mode(BootState& boot) noexcept;

} // namespace k
