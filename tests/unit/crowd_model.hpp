/// \file
/// A few threads that share a capability space, for tests of what passes between them.
#pragma once

#include "abi/invocations.hpp"
#include "abi/syscalls.hpp"
#include "object/cnode.hpp"
#include "object/derivation.hpp"
#include "object/endpoint.hpp"
#include "state/kernel_state.hpp"
#include "syscall/dispatch.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <vector>

namespace k::test {

using abi::MessageInfo;
using abi::Syscall;

/// A message as it is sent, or as it has arrived.
struct Letter {
    u64 label = 0;
    std::vector<u64> words{};
    std::vector<u64> caps{}; ///< sent: CPtrs
};

/// Threads of one priority, ready to run, each with an IPC buffer. They make real system calls, one
/// at a time; whoever is to make one has to be able to run.
class Crowd {
  public:
    static constexpr usize size = 5;
    static constexpr unsigned radix = 6;

    // CPtrs. The capabilities are originals with all rights.
    static constexpr u64 root = 1;
    static constexpr u64 small_cnode = 2; ///< of four slots
    static constexpr u64 endpoint = 3;
    static constexpr u64 other_endpoint = 4;
    static constexpr u64 notification = 5;
    static constexpr u64 tcbs = 8;     ///< the first of `size`
    static constexpr u64 buffers = 16; ///< likewise: the frames of the threads' IPC buffers
    static constexpr u64 free_slot = 32;
    static constexpr u64 nowhere = bit(40);

    static constexpr u8 priority = 100;
    static constexpr u64 svc = 0x40'1000; ///< where all their system calls are

    Crowd();
    ~Crowd();
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    [[nodiscard]] Tcb& thread(usize which);

    [[nodiscard]] Slot& slot(u64 cptr);
    [[nodiscard]] Slot& small_slot(u64 index);

    [[nodiscard]] abi::IpcBuffer& buffer(usize which);

    [[nodiscard]] ThreadState state(usize which) { return thread(which).state; }

    /// The thread that would run now; `size` if there is none.
    [[nodiscard]] usize running();

    /// Makes a thread the running one. \pre it can run, and none has a higher priority
    void turn_to(usize which);

    /// Has a thread make a system call, and checks all that must hold afterwards.
    void call(usize who, Syscall what, u64 cptr, const Letter& letter = {});

    /// The same with any message info at all.
    void call_with_info(usize who, Syscall what, u64 cptr, MessageInfo info);

    /// An invocation of a kernel object by a thread. \return the label of the answer
    abi::Error invoke(usize who, u64 cptr, u64 label, std::initializer_list<u64> words,
                      std::initializer_list<u64> caps = {});

    /// What is in a thread's registers and buffer. The words are those that the length says.
    [[nodiscard]] Letter received(usize who);
    [[nodiscard]] MessageInfo info(usize who);
    [[nodiscard]] u64 badge(usize who) { return thread(who).context.x[0]; }

    /// Puts a capability with a badge or other rights into an empty slot, as Mint does.
    void mint(u64 to, u64 from, u64 badge, Rights rights = all_rights);

    /// Deletes a capability, as some thread does that has nothing else to do.
    void erase(u64 cptr);

    /// Leaves a thread with what `rights` allow of its buffer.
    void weaken_buffer(usize who, Rights rights);

    /// Sets where a thread wants capabilities to go.
    void ask_for_capability(usize who, u64 cnode, u64 index, u64 depth);

    [[nodiscard]] Scheduler& scheduler() { return state_.objects.scheduler; }

    [[nodiscard]] KernelObjects& kernel() { return state_.objects; }

    /// Threads that wait at an endpoint, in the order of their queue.
    [[nodiscard]] std::vector<usize> queue(u64 cptr);

    /// Panics if anything is not as it must be.
    void check();

  private:
    struct Memory;

    void load(usize who, u64 cptr, const Letter& letter);
    void enter(usize who, Syscall what);

    std::unique_ptr<Memory> memory_;
    KernelState state_{.firmware = dev::Psci{arch::Conduit::Hvc}};
};

/// A test fixture that is a crowd.
class CrowdTest : public testing::Test, public Crowd {};

} // namespace k::test
