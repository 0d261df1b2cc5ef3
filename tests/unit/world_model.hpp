/// \file
/// A small world for tests of system calls: memory, a CNode, untypeds, and a thread that calls.
#pragma once

#include "abi/invocations.hpp"
#include "abi/objects.hpp"
#include "ipc/message.hpp"
#include "lifecycle/retype.hpp"
#include "object/cnode.hpp"
#include "object/derivation.hpp"
#include "object/tcb.hpp"
#include "object/untyped.hpp"
#include "object/vspace.hpp"
#include "syscall/send.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <vector>

namespace k::test {

/// What a Call returns.
struct Answer {
    u64 label = 0;
    std::vector<u64> words{};

    friend bool operator==(const Answer&, const Answer&) = default;
};

std::ostream& operator<<(std::ostream& out, const Answer& answer);

[[nodiscard]] inline Answer error(abi::Error code, std::initializer_list<u64> words = {}) {
    return {static_cast<u64>(code), words};
}

inline const Answer no_error{};

/// Which lookup failed, and how.
[[nodiscard]] Answer failed_lookup(bool of_source, const LookupFailure& failure);

/// A thread with a CSpace of one CNode, like the first thread's but smaller, and memory to make
/// objects of. All of it lies in one arena, so a copy of the arena is a snapshot of the world.
class World {
  public:
    static constexpr unsigned root_radix = 8;
    static constexpr unsigned untyped_bits = 18; ///< of `untyped`

    // CPtrs of what is there to begin with, and the first slot that is empty.
    static constexpr u64 root = 2;
    static constexpr u64 vspace = 3; ///< the thread's, which is the current one
    static constexpr u64 asid_control = 5;
    static constexpr u64 asid_pool = 6;
    static constexpr u64 untyped = 16;       ///< full of rubbish, as boot leaves memory
    static constexpr u64 small_untyped = 17; ///< 4 KiB
    static constexpr u64 device = 18;        ///< 4 KiB; whoever touches it dies
    static constexpr u64 free_slot = 32;

    World();
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    [[nodiscard]] Tcb& thread() noexcept { return *thread_; }

    [[nodiscard]] Slot& slot(u64 index) { return root_slots()[index]; }

    [[nodiscard]] std::span<Slot> root_slots() noexcept { return root_slots_; }

    /// Puts a message into the thread's registers and buffer.
    void load(u64 cptr, u64 label, std::initializer_list<u64> words,
              std::initializer_list<u64> caps = {});

    /// Makes the system call for which `load` has prepared.
    [[nodiscard]] Expected<KernelExit, CapFault> system_call(SendMode mode);

    /// Calls, as often as interrupts make it necessary, and returns the answer. Every call must
    /// leave the invariants whole, and one that is refused everything as it was.
    Answer invoke(u64 cptr, u64 label, std::initializer_list<u64> words,
                  std::initializer_list<u64> caps = {});

    /// What is in the message registers and the buffer.
    [[nodiscard]] Answer answer() const;

    /// Untyped_Retype with the root CNode as destination.
    Answer retype(u64 cptr, abi::ObjectType type, u64 size_bits, u64 offset, u64 count = 1);

    /// All memory, without what holds messages.
    [[nodiscard]] std::vector<u8> snapshot() const;

    /// Takes the thread's IPC buffer away.
    void drop_buffer() noexcept { remove(thread_->slot(ThreadSlot::IpcBuffer)); }

    /// An interrupt comes at every preemption point that follows `points` others; between two of
    /// them the thread makes its call again. Without a number none comes.
    void interrupt_after_each(std::optional<unsigned> points);

    KernelObjects kernel;
    Graveyard& graveyard = kernel.graveyard;

    /// How often a call has been preempted.
    [[nodiscard]] unsigned preemptions() const noexcept { return preemptions_; }

    /// Panics if anything in the world is not as it must be.
    void check() noexcept;

    /// The address space in `vspace`.
    [[nodiscard]] AddressSpace space() const noexcept;

    /// The first byte of `untyped`.
    [[nodiscard]] PhysAddr memory() const noexcept;

    [[nodiscard]] PhysAddr device_memory() const noexcept;

  private:
    struct Objects;
    struct Unmap {
        void operator()(void* arena) const;
    };

    [[nodiscard]] Objects& objects() const noexcept;
    void begin_address_space();

    std::unique_ptr<void, Unmap> arena_;
    Tcb* thread_;
    std::span<Slot> root_slots_;
    unsigned preemptions_ = 0;
};

/// A test fixture that is a world.
class WorldTest : public testing::Test, public World {};

} // namespace k::test
