/// \file
/// Of a program that goes wrong, the part that is to blame.
#pragma once

#include "journal.hpp"
#include "pair.hpp"

namespace spec {

/// What came of playing acts in a new world.
struct Played {
    std::size_t acts = 0; ///< that happened: in the end no thread may be left to do anything
    std::string wrong;    ///< empty if nothing is
};

Played play(Pair& pair, std::span<const Act> acts, Journal& journal);

/// The same in a process of its own: there a crash, or an endless loop, is something that goes
/// wrong like anything else.
Played play_apart(Pair& pair, std::span<const Act> acts);

/// A program of as few acts as can be found, and those as simple, that goes wrong: what it is and
/// what goes wrong in it, in words.
/// \param acts  some that go wrong in a new world; if there are none, the preparations do
std::string smallest_failure(Pair& pair, Acts acts);

} // namespace spec
