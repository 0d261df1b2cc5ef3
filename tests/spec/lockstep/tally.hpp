/// \file
/// What has been seen to happen: agreement about refusals alone would prove little.
#pragma once

#include "moment.hpp"

#include <string>

namespace spec {

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
