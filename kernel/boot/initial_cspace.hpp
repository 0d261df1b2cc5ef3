/// \file
/// The capabilities that the first program begins with.
#pragma once

#include "boot/root_task.hpp"

namespace k {

/// Makes the first program's CNode and what is in it, and fills in what BootInfo says of it.
/// The CNode's memory is the last that boot takes: the untypeds in it are all that is left.
/// seL4 manual, "Initial Thread's Environment".
[[nodiscard]] OrRefusal<Ok> make_initial_cspace(const RootTask& task, BootState& boot,
                                                abi::BootInfo& info) noexcept;

} // namespace k
