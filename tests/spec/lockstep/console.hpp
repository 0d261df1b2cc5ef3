/// \file
/// What the host kernel prints, and the way out when it ends the run.
#pragma once

#include <csetjmp>
#include <string>

namespace spec {

/// Takes the place of standard error, where the host kernel prints; that it turns the machine off,
/// by abort(), ends no more than what is watched.
class Console {
  public:
    static Console& instance();

    /// Does something that may print and end the run. \return whether it came to its end.
    template <typename Function>
    bool watch(Function&& function) {
        text_.clear();
        if (sigsetjmp(way_out_, 1) != 0) { // NOLINT(cert-err52-cpp): the kernel knows no exceptions
            watching_ = false;
            return false;
        }
        watching_ = true;
        function();
        watching_ = false;
        return true;
    }

    /// What has been printed since the last watch() began.
    const std::string& text() const { return text_; }

  private:
    Console();
    static void leave(int signal);

    std::string text_;
    sigjmp_buf way_out_{};
    volatile bool watching_ = false;
    void (*next_)(int) = nullptr; ///< who was to be told of an abort() before
};

} // namespace spec
