/// \file
/// Turns numbers into events that have a chance to succeed in a world.
#pragma once

#include "host_machine.hpp"
#include "invocation.hpp"

#include <string>

namespace spec {

/// What an event is made up of: numbers that are reduced to what there is when it happens. So
/// taking events away before it leaves one that makes sense, which is what lets a short program be
/// found.
struct Act {
    std::array<std::uint16_t, 16> numbers{};

    bool operator==(const Act&) const = default;
};

/// The calls with which a program begins, so that there is something to work with.
std::vector<Call> preparations();

/// What the running thread does next.
/// \pre some thread runs
Event choose(const World& world, const Act& act);

/// The methods that choose() knows, of the kernel at hand.
std::vector<Method> methods_chosen();

/// What a method is called; its number, if choose() does not know it.
std::string name_of(Method method);

/// A system call with a message of these words and capabilities.
Call message(Syscall number, Word cptr, Word label, const Words& words, const Words& cptrs = {});

} // namespace spec
