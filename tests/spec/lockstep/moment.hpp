/// \file
/// An event, what was before it and what came of it; and what situations ask about the three.
#pragma once

#include "derivation.hpp"
#include "invocation.hpp"
#include "step.hpp"

#include <algorithm>
#include <set>

namespace spec {

/// What an event may destroy, and a situation is told by: taken down before it.
struct Before {
    explicit Before(const World& world, const Event& event);

    std::optional<Name> running;
    std::map<Name, State> states;
    std::map<Name, Word> pending; ///< of active notifications
    std::map<Name, Fault> faults; ///< of threads that wait for an answer to them
    std::set<Name> used_fpu;      ///< threads with something in their floating-point registers
    std::optional<VSpaceCap> user_space;
    Capability invoked; ///< if the event is a system call
};

/// An event, what it came upon, and what came of it.
struct Moment {
    const Before& before;
    const Event& event;
    const Outcome& outcome;
    const World& after;
};

/// The method of a call on an object that has methods, if that is what the event was.
std::optional<Method> method(const Moment& moment);

bool succeeded(const Moment& moment, Method expected);

/// The thread that ran before; nullptr if it is gone, or none did.
const Thread* who_ran(const Moment& moment);

template <typename Type>
bool invokes(const Moment& moment) {
    return is<Type>(moment.before.invoked);
}

bool any_slot(const Moment& moment, auto holds) {
    return std::ranges::any_of(moment.after.slots, [&](const auto& entry) {
        return holds(entry.first, entry.second.capability);
    });
}

bool any_thread(const Moment& moment, auto holds) {
    return std::ranges::any_of(moment.after.threads,
                               [&](const auto& entry) { return holds(entry.first, entry.second); });
}

/// Whether some thread was in a state of this kind, and something holds of it now.
/// \param holds  is given the state and the thread, nullptr if that is gone
template <typename Was>
bool some_that_was(const Moment& moment, auto holds) {
    return std::ranges::any_of(moment.before.states, [&](const auto& entry) {
        const auto* was = std::get_if<Was>(&entry.second);
        const auto thread = moment.after.threads.find(entry.first);
        const bool gone = thread == moment.after.threads.end();
        return was != nullptr && holds(*was, gone ? nullptr : &thread->second);
    });
}

template <typename Now>
bool is_now(const Thread* thread) {
    return thread != nullptr && std::holds_alternative<Now>(thread->state);
}

template <typename Now>
bool some_thread_is(const Moment& moment) {
    return any_thread(moment, [](Name, const Thread& thread) { return is_now<Now>(&thread); });
}

} // namespace spec
