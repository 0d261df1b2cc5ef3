/// \file
/// Something done in a process of its own: whatever end it comes to, this one goes on.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace spec {

/// How it ended.
struct Ended {
    bool well = false; ///< it has returned
    std::string text;  ///< what it has returned; else how it ended, a line
};

/// Does it, and waits for its end.
/// \param patience  of processor time: how long it may take until \ref restart_clock, or its end
Ended confined(const std::function<std::string()>& task, std::chrono::milliseconds patience);

/// Called by what is confined, now and then: it is not in an endless loop.
void restart_clock();

/// What this process and those that it starts write to standard output and error, as long as this
/// lives: a sanitizer's report is not to be had in another way.
class Transcript {
  public:
    Transcript();
    ~Transcript();
    Transcript(const Transcript&) = delete;
    Transcript& operator=(const Transcript&) = delete;

    /// The line in which a sanitizer or an assertion says what is wrong, and the sanitizer's
    /// summary with the place; empty if none does.
    std::string complaint() const;

  private:
    int file_;
    int output_; ///< where they went before
    int error_;
};

} // namespace spec
