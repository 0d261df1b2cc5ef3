/// \file
/// Kernel and model, side by side.
#pragma once

#include "chooser.hpp"
#include "program.hpp"

namespace spec {

/// How often each method has succeeded: agreement about refusals alone would prove little.
class Tally {
  public:
    void add(const Event& event, const Outcome& outcome);
    bool has(Method method) const { return successes_.contains(method); }

  private:
    std::map<Method, unsigned> successes_;
};

class Pair {
  public:
    explicit Pair(Tally& tally);

    /// Lets an act happen to both. \return what differs after it, in words; empty if nothing does.
    std::string play(const Act& act);
    std::string play(const Event& event, std::optional<unsigned> points = {});

    /// The names of invariants that do not hold of what both agree on. It takes longer than a call.
    std::string broken_invariants() const;

    /// Whether some thread runs that has a CSpace for its calls to go through.
    bool alive() const;

    /// What has happened, as C++ and as a root task.
    std::string program() const;

  private:
    /// \return what differs, in words; empty if nothing does.
    std::string difference(Ending ending);

    Tally& tally_;
    HostMachine kernel_;
    World model_ = kernel_.abstraction();
    Program program_;
};

} // namespace spec
