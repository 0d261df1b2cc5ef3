/// \file
/// All that can happen in a small world: every sequence of calls, shortest first.
#pragma once

#include "host_machine.hpp"
#include "program.hpp"

#include <deque>
#include <functional>
#include <unordered_map>
#include <unordered_set>

namespace spec {

/// A world to explore, and the calls that it is explored with.
struct SmallWorld {
    std::vector<Call> preparations; ///< after these it begins

    /// The calls that the running thread may make in a state: all that can lead somewhere new.
    std::function<std::vector<Call>(const World&)> calls;
};

/// Breadth first over the states of a kernel. A state that has been seen is not entered again: what
/// counts is what the kernel's memory amounts to, without the registers and buffers of threads that
/// run, which say nothing about what can happen next.
class Explorer {
  public:
    explicit Explorer(SmallWorld world);

    /// Looks at no more states than this. Each is compared with the model's, and its invariants are
    /// checked. \return what is wrong with the first that is, and how it is reached; empty if all
    /// are well.
    std::string explore(std::size_t most_states);

    std::size_t states() const { return seen_.size(); }
    std::size_t calls_made() const { return calls_made_; }

    /// Whether there is no state that has not been looked at.
    bool complete() const { return open_.empty(); }

    /// The calls on the way to the states that have been seen last.
    std::size_t depth() const { return depth_; }

  private:
    using Hash = std::size_t;

    /// A state to go on from.
    struct State {
        HostMachine::Snapshot snapshot;
        Hash name = 0;
        std::size_t depth = 0;
    };

    /// How a state was first reached.
    struct Origin {
        Hash before = 0;
        Call call;
    };

    std::string visit(const State& state, const World& before, const Call& call);
    void keep(Hash before, const Call& call, std::size_t depth);
    std::string program(Hash state, const Call& last) const;

    SmallWorld world_;
    HostMachine machine_{{.root_radix = 5, .untyped_bits = 15}};
    std::unordered_set<Hash> memories_; ///< of all that has been seen: most are seen again
    std::unordered_map<Hash, Origin> seen_;
    std::deque<State> open_;
    std::size_t calls_made_ = 0;
    std::size_t depth_ = 0;
};

} // namespace spec
