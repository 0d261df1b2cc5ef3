/// \file
/// Threads of this program: they share its memory and its capabilities.
#pragma once

#include "lib/image.hpp"
#include "lib/tcb.hpp"
#include "rt/start.hpp"

namespace user {

/// How a thread of this program begins.
struct Beginning {
    void (*entry)(u64 argument); ///< a thread that returns from it stops for good
    u64 argument = 0;
    u64 priority = 0;
    u64 maximum_priority = 0;
    Surroundings around = own_surroundings;
};

/// What a thread needs besides its TCB: a stack, an IPC buffer, variables of its own. A variable of
/// this type is part of the program's image, so it costs no mapping.
class Thread {
  public:
    /// Gives the thread of a TCB everything it needs. It runs from tcb().resume() on.
    [[nodiscard]] Status prepare(Tcb tcb, const Beginning& beginning) noexcept;

    /// Prepares the thread and lets it run.
    [[nodiscard]] Status start(Tcb tcb, const Beginning& beginning) noexcept;

    [[nodiscard]] constexpr Tcb tcb() const noexcept { return tcb_; }

    [[nodiscard]] seL4_IPCBuffer& buffer() noexcept { return buffer_; }

  private:
    [[noreturn]] static void run(Thread* thread) noexcept;
    [[nodiscard]] Status set_registers() noexcept;

    alignas(16) std::array<std::byte, std::size_t{16} * 1024> stack_{};
    seL4_IPCBuffer buffer_{}; // aligned to its size: it lies within one page
    rt::ThreadStorage variables_{};
    Tcb tcb_{0};
    void (*entry_)(u64) = nullptr;
    u64 argument_ = 0;
};

} // namespace user
