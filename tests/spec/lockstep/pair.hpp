/// \file
/// Kernel and model, side by side.
#pragma once

#include "act.hpp"
#include "host_machine.hpp"
#include "program.hpp"
#include "tally.hpp"

#include <string>

namespace spec {

/// What differs between a kernel and the model after an event, in words; empty if nothing does.
/// \param model  loses what nobody can ever see again
std::string difference(World& model, World real);

class Pair {
  public:
    explicit Pair(Tally& tally);

    /// Begins anew, after the preparations.
    void prepare();

    /// Lets an act happen to both. \return what differs after it, in words; empty if nothing does.
    std::string play(const Act& act);
    std::string play(const Event& event, std::optional<unsigned> points = {});

    /// The names of invariants that do not hold of what both agree on. It takes longer than a call.
    std::string broken_invariants() const;

    /// Whether it can go on: some thread runs that has a CSpace for its calls to go through.
    bool alive() const;

    /// What has happened.
    const Program& program() const { return program_; }

    /// What would happen if these acts did, without asking the kernel: it may not survive them.
    Program foretell(std::span<const Act> acts) const;

    const World& model() const { return model_; }

  private:
    void note_reply(const Event& event, std::optional<Name> caller);

    Tally& tally_;
    HostMachine kernel_;
    const World booted_ = kernel_.abstraction();
    World model_ = booted_;
    Program program_;
    bool broken_off_ = false;
};

} // namespace spec
