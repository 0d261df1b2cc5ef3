/// \file
/// Who runs. SEMANTICS 7; seL4 manual, "Threads and Execution".
#pragma once

#include "world.hpp"

namespace spec {

void ready_first(World& world, Name thread);
void ready_last(World& world, Name thread);

/// Takes a thread out of the scheduler's hands, wherever it is.
void unready(World& world, Name thread);

/// A kernel operation made \p thread runnable; \ref settle decides its place.
void wake(World& world, Name thread);

/// Yield, or a slice used up: the running thread goes to the tail of its queue.
void go_last(World& world);

/// A timer tick has found the running thread.
void tick(World& world);

/// The end of every event: queues the woken and chooses who runs.
void settle(World& world);

} // namespace spec
