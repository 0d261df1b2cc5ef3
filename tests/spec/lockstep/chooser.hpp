/// \file
/// Turns numbers into events that have a chance to succeed in a world.
#pragma once

#include "act.hpp"
#include "step.hpp"

namespace spec {

/// What the running thread does next.
/// \pre some thread runs
Event choose(const World& world, const Act& act);

} // namespace spec
