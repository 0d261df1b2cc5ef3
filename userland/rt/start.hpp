/// \file
/// How a thread of a program begins.
#pragma once

#include <array>
#include <cstddef>
#include <sel4/simple_types.h>

namespace rt {

/// The variables that a thread has of its own (`thread_local`), the pointer to its IPC buffer among
/// them. AArch64's convention: the thread register points at two words, the variables follow.
class ThreadStorage {
  public:
    /// Gives the variables their first values.
    /// \returns what belongs into the thread's tpidr_el0
    seL4_Word prepare() noexcept;

  private:
    [[maybe_unused]] alignas(16) std::array<seL4_Word, 2> reserved_{};
    std::array<std::byte, 240> variables_{};
};

} // namespace rt
