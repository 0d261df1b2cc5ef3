/// \file
/// What has been seen to happen: agreement about refusals alone would prove little.
#pragma once

#include "invocation.hpp"
#include "step.hpp"

#include <set>

namespace spec {

/// What an event may destroy, and a situation is told by: taken down before it.
struct Before {
    explicit Before(const World& world, const Event& event);

    std::optional<Name> running;
    std::map<Name, State> states;
    std::map<Name, Word> pending; ///< of active notifications
    std::map<Name, Fault> faults; ///< of threads that wait for an answer to them
    std::set<Name> used_fpu;      ///< threads with something in their floating-point registers
    std::optional<VSpaceCap> user_space;
    Capability invoked; ///< if the event is a system call
};

/// An event, what it came upon, and what came of it.
struct Moment {
    const Before& before;
    const Event& event;
    const Outcome& outcome;
    const World& after;
};

/// Something that programs must run into, or they are no good.
struct Situation {
    int since; ///< the chapter that makes it possible
    const char* name;
    bool (*here)(const Moment& moment);
};

/// Counts calls by what came of them, and situations.
class Tally {
  public:
    void add(const Moment& moment);

    /// Something that only the kernel knows of, and the model does not: by its name.
    void add(const std::string& sight) { ++sights_[sight]; }

    bool succeeded(Method method) const;
    bool failed_with(Error error) const;
    bool has(const std::string& situation) const { return sights_.contains(situation); }
    std::size_t events() const { return events_; }

    /// How often what happened, a line each.
    std::string report() const;

  private:
    std::size_t events_ = 0;
    std::map<std::pair<Method, Error>, std::size_t> invocations_;
    std::map<Syscall, std::size_t> calls_;
    std::map<std::string, std::size_t> sights_;
};

/// \name Sights that only the kernel knows of
/// \{
namespace sight {
constexpr const char* interrupted = "a long call is interrupted, and made again";
constexpr const char* broken_off = "an interrupted call is never made again";
} // namespace sight
/// \}

/// The names of the situations that a kernel of this chapter can get into.
std::vector<std::string> situations();

} // namespace spec
