/// \file
/// The events that have happened, as programs for a report.
#pragma once

#include "step.hpp"

#include <string>

namespace spec {

class Program {
  public:
    void add(const Event& event) { events_.push_back(event); }

    /// The events, for a test that plays them again: `expect_agreement({…})`.
    std::string as_test() const;

    /// A root task that makes the calls, in slots that it first arranges as they are in the test.
    std::string as_root_task() const;

  private:
    std::vector<Event> events_;
};

} // namespace spec
