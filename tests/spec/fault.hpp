/// \file
/// Faults and their handlers. SEMANTICS 8; ABI.md, "Fault messages"; seL4 manual, "Faults".
#pragma once

#include "world.hpp"

namespace spec {

Word fault_label(const Fault& fault);

/// The message about the fault of \p thread.
Words fault_words(const Thread& thread);

/// Sends a fault to the thread's handler; the thread stops, also if there is no handler.
void raise_fault(World& world, Name name, const Fault& fault);

/// The handler has replied with the message that \p replier holds.
void answer_fault(World& world, Name name, Name replier);

} // namespace spec
