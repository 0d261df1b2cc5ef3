/// \file
/// Interrupts: from the machine's controller to whoever they are for.
#pragma once

#include "boot/machine.hpp"

namespace k {

/// Puts interrupt controller and timer to use; panics if this core has no part in the controller.
/// \pre the controller's registers are in the window
void start_interrupts(const Machine& machine) noexcept;

/// Called on every interrupt, with interrupts masked.
void handle_interrupt() noexcept;

} // namespace k
