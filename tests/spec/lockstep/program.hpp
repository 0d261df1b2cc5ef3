/// \file
/// The events that have happened, as programs for a report.
#pragma once

#include "message.hpp"
#include "step.hpp"

#include <span>
#include <string>

namespace spec {

class Program {
  public:
    void add(const Event& event, std::optional<Name> caller) { steps_.push_back({event, caller}); }

    /// What the last call, if it is complete, has got in reply.
    void reply(const MessageInfo& info, std::span<const Word> registers);

    /// The events, for a test that plays them again: `expect_agreement({…})`.
    std::string as_test() const;

    /// A root task that makes the calls of the thread that made the first, in slots that it first
    /// arranges as they are in the test. It prints each reply as \ref replies lists it; what others
    /// do stands in it as comments.
    std::string as_root_task() const;

    /// Both.
    std::string report() const;

    /// A line for each reply: which call, label, words (those in registers), in hexadecimal.
    std::string replies() const;

  private:
    struct Step {
        Event event;
        std::optional<Name> caller;
        std::string reply{};
    };

    std::vector<Step> steps_;
};

} // namespace spec
