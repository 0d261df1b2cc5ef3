/// \file
/// Invariants: what must be true of a piece of state between any two events.
///
/// Whoever owns the state lists its invariants in a constant table beside it, and `state/` checks
/// the tables of all owners. Debug builds check; others hold none of it.
#pragma once

#include "base/panic.hpp"

#include <span>

namespace k {

inline constexpr bool invariants_checked = K_CHECK_INVARIANTS != 0;

/// Something that is true of every State, and how to say it.
template <class State>
struct Invariant {
    std::string_view name;
    bool (*holds)(const State& state) noexcept;
};

/// The name of the first invariant that does not hold; empty if all do.
template <class State>
[[nodiscard]] std::string_view
broken_invariant(const State& state, std::span<const Invariant<State>> invariants) noexcept {
    for (const auto& [name, holds] : invariants)
        if (!holds(state)) return name;
    return {};
}

/// Panics with the name of the first invariant that does not hold.
template <class State>
void check_invariants(const State& state, std::span<const Invariant<State>> invariants) noexcept {
    const std::string_view broken = broken_invariant(state, invariants);
    if (!broken.empty()) panic("broken invariant: {}", broken);
}

} // namespace k
