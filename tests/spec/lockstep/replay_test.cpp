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

} // namespace
} // namespace spec
