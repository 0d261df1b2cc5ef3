/// \file
/// Plays a program again that lock-step has printed.
#pragma once

#include "calls.hpp"
#include "pair.hpp"
#include "thread.hpp"

#include <gtest/gtest.h>

namespace spec {

/// A system call. \param path  where a capability that comes with a message may go: CNode, index,
/// depth
inline Event svc(std::int64_t number, Word cptr, Word label, const Words& words, const Words& cptrs,
                 const Words& path = {}) {
    Call call = message(Syscall(number), cptr, label, words, cptrs);
    for (std::size_t i = 0; i < path.size(); ++i) {
        call.buffer[buffer::receive_cnode + i] = path[i];
    }
    return call;
}

/// \param points  preemption points between two interrupts; nothing: none comes
inline void expect_agreement(const std::vector<Event>& events, std::optional<unsigned> points = 0) {
    Tally tally;
    Pair pair{tally};
    for (const Event& event : events) {
        ASSERT_EQ(pair.play(event, points), "") << pair.program().report();
    }
    EXPECT_EQ(pair.broken_invariants(), "");
}

} // namespace spec
