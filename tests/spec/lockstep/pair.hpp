/// \file
/// Kernel and model, side by side.
#pragma once

#include "chooser.hpp"
#include "program.hpp"

#include <string>

namespace spec {

/// What has been seen to happen: agreement about refusals alone would prove little.
class Tally {
  public:
    void add(const Event& event, const Outcome& outcome, const World& after);
    bool has(Method method) const { return successes_.contains(method); }

    /// Each state that threads can be in by its name, and faults, bound notifications, reply
    /// capabilities that have been saved, capabilities that have come with a message.
    bool has(const std::string& sight) const { return sights_.contains(sight); }

    std::size_t events() const { return events_; }

  private:
    void look_at(const Thread& thread);

    std::size_t events_ = 0;
    std::map<Method, unsigned> successes_;
    std::map<std::string, std::size_t> sights_;
};

/// What differs between a kernel and the model after an event, in words; empty if nothing does.
/// \param model  loses what nobody can ever see again
std::string difference(World& model, World real);

class Pair {
  public:
    explicit Pair(Tally& tally);

    /// Begins after the preparations.
    void prepare();

    /// Lets an act happen to both. \return what differs after it, in words; empty if nothing does.
    std::string play(const Act& act);
    std::string play(const Event& event, std::optional<unsigned> points = {});

    /// The names of invariants that do not hold of what both agree on. It takes longer than a call.
    std::string broken_invariants() const;

    /// Whether it can go on: some thread runs that has a CSpace for its calls to go through.
    bool alive() const;

    /// What has happened, as C++ and as a root task.
    std::string program() const;

  private:
    Tally& tally_;
    HostMachine kernel_;
    World model_ = kernel_.abstraction();
    Program program_;
    bool broken_off_ = false;
};

} // namespace spec
