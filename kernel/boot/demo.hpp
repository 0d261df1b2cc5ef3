/// \file
/// What boot hands over to when the machine is ready.
#pragma once

#include "state/kernel_state.hpp"

namespace k::demo {

/// Shows on the console what this chapter has added. Each chapter's is in `demo/demo.cpp`.
void run(KernelState& state) noexcept;

} // namespace k::demo
