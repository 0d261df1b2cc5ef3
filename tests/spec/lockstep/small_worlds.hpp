/// \file
/// Small worlds, explored as far as there is time: SPEC_STATES says how many states (default
/// 1,500).
#pragma once

#include "calls.hpp"
#include "explorer.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace spec {

constexpr Word first_cnode = 20; ///< the slots of two CNodes of four slots
constexpr Word second_cnode = 21;
constexpr Word first_free = 22; ///< of the root CNode
constexpr Word radix = 2;

inline std::size_t most_states() {
    const char* number = std::getenv("SPEC_STATES"); // NOLINT(concurrency-mt-unsafe): one thread
    return number == nullptr ? 1'500 : std::strtoul(number, nullptr, 10);
}

/// Explores, and says how far that was.
inline void expect_sound(const SmallWorld& world, const char* name) {
    Explorer explorer{world};
    ASSERT_EQ(explorer.explore(most_states()), "") << "after " << explorer.calls_made() << " calls";
    EXPECT_GT(explorer.depth(), 1U);
    testing::Test::RecordProperty("depth", static_cast<int>(explorer.depth()));
    testing::Test::RecordProperty("states", static_cast<int>(explorer.states()));
    std::cout << name << ": " << explorer.states() << " states, "
              << (explorer.complete() ? "all there are" : "the first ones") << ", up to "
              << explorer.depth() << " calls deep; " << explorer.calls_made()
              << " calls made, no thread lost, no deadlock\n";
}

} // namespace spec
