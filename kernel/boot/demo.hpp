/// \file
/// What boot hands over to when the machine is ready.
#pragma once

#include "dev/pl011.hpp"

namespace k::demo {

/// Shows on the console what this chapter has added. Each chapter's is in `demo/demo.cpp`.
void run(const dev::Pl011& console, unsigned entered_at) noexcept;

} // namespace k::demo
