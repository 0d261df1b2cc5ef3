/// \file
/// What boot hands over to when the machine is ready.
#pragma once

#include "boot/survey.hpp"

namespace k::demo {

/// Shows on the console what this chapter has added. Each chapter's is in `demo/demo.cpp`.
void run(BootState& boot) noexcept;

} // namespace k::demo
