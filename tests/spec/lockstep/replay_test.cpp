/// \file
/// Programs that were worth keeping: as lock-step prints them, to be played again.
#include "preparations.hpp"
#include "replay.hpp"

#include <gtest/gtest.h>

namespace spec {
namespace {

/// With which all programs begin.
TEST(Replay, Preparations) {
    const auto calls = preparations();
    expect_agreement({calls.begin(), calls.end()});
}

/// A CNode in slot 20 gets the only other capability to itself; then its untyped is revoked.
TEST(Replay, CNodeThatHoldsItself) {
    expect_agreement({
        svc(-1, 16, 1, {4, 3, 0, 0, 20, 1}, {2}),
        svc(-1, 2, 20, {21, 64, 20, 64, 15}, {2}),
        svc(-1, 20, 22, {5, 3, 21, 64}, {2}),
        svc(-1, 2, 18, {20, 64}, {}),
        svc(-1, 2, 17, {16, 64}, {}),
    });
}

/// The first badged capability of a badge goes, then another gets the same badge: two families.
TEST(Replay, SameBadgeTwice) {
    expect_agreement({
        svc(-1, 16, 1, {2, 0, 0, 0, 20, 1}, {2}),
        svc(-1, 2, 21, {21, 64, 20, 64, 15, 7}, {2}),
        svc(-1, 2, 20, {22, 64, 21, 64, 15}, {2}),
        svc(-1, 2, 18, {21, 64}, {}),
        svc(-1, 2, 21, {23, 64, 20, 64, 15, 7}, {2}),
        svc(-1, 2, 17, {23, 64}, {}),
        svc(-1, 2, 17, {20, 64}, {}),
    });
}

/// An untyped is revoked that lies in a CNode made from it, and dies with that. What is then first
/// among its children lies in a CNode that only it itself holds.
TEST(Replay, FirstOfItsListWhereNobodyGets) {
    const std::vector<Event> events{
        svc(-1, 16, 1, {2, 0, 0, 0, 22, 1}, {2}),
        svc(-1, 2, 21, {23, 64, 22, 64, 15, 5}, {2}),
        svc(-1, 16, 1, {4, 2, 0, 0, 20, 2}, {2}),
        svc(-1, 20, 20, {1, 2, 20, 64, 15}, {2}),
        svc(-1, 20, 20, {2, 2, 21, 64, 15}, {2}),
        svc(-1, 21, 22, {0, 2, 16, 64}, {2}),
        svc(-1, 2, 18, {20, 64}, {}),
        svc(-1, 21, 17, {0, 2}, {}),
    };
    expect_agreement(events, std::nullopt); // interrupted, the last could not be made again
}

} // namespace
} // namespace spec
