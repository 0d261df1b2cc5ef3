/// \file
/// Worlds in words.
#pragma once

#include "step.hpp"

#include <iosfwd>
#include <string>

namespace spec {

std::string to_string(Name name);
std::string to_string(SlotName slot);
std::string to_string(const Capability& capability);

/// A world as a list of facts: what each is about, and what it says.
std::map<std::string, std::string> describe(const World& world);

/// The facts that differ, a line each: "subject: in one → in the other". Empty for equal worlds.
std::string explain(const World& one, const World& other);

/// \name For test programs' messages
/// \{
std::ostream& operator<<(std::ostream& out, const World& world);
std::ostream& operator<<(std::ostream& out, const Event& event);
/// \}

} // namespace spec
