/// \file
/// Of a program that goes wrong, the part that is to blame.
#pragma once

#include "pair.hpp"

#include <span>

namespace spec {

using Acts = std::vector<Act>;

/// What came of playing acts in a new world.
struct Played {
    std::size_t acts = 0; ///< that happened: in the end no thread may be left to do anything
    std::string wrong;    ///< empty if nothing is
};

Played play(Pair& pair, std::span<const Act> acts);

/// A program of as few acts as can be found, and those as simple, that goes wrong: what it is and
/// what goes wrong in it, in words.
/// \param acts  some that go wrong in a new world
std::string smallest_failure(Pair& pair, Acts acts);

} // namespace spec
