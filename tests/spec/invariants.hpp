/// \file
/// What holds in every world between two events.
#pragma once

#include "world.hpp"

#include <span>
#include <string>

namespace spec {

struct Invariant {
    const char* name;
    bool (*holds)(const World&);
};

std::span<const Invariant> invariants();

/// The names of those that do not hold, in one line each.
std::string violations(const World& world);

} // namespace spec
