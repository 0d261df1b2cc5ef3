/// \file
/// The real kernel on the host, in a small machine of its own: events go in, and its memory can be
/// looked at, kept and put back.
#pragma once

#include "stage.hpp"
#include "state/kernel_exit.hpp"
#include "state/kernel_state.hpp"
#include "step.hpp"

#include <functional>

namespace spec {

/// log2 of slots and of bytes.
struct MachineSize {
    unsigned root_radix = 8;
    unsigned untyped_bits = 18;
};

/// Where things are when a machine starts; other slots are empty.
namespace place {
constexpr Word thread = 1;
constexpr Word root = 2;
constexpr Word vspace = 3;
constexpr Word asid_control = 5;
constexpr Word asid_pool = 6;
constexpr Word buffer = 10;
constexpr Word domain = 11;
constexpr Word untyped = 16;       ///< full of rubbish, as boot leaves memory
constexpr Word small_untyped = 17; ///< 4 KiB
constexpr Word device = 18;        ///< 4 KiB; whoever touches it dies
} // namespace place

/// How an event ended: a thread runs, or none can; or the caller of a long call died in the middle
/// of it, or lost the capability that it called, and an interrupt came, so that nobody is left to
/// make the call again; or the kernel has stopped the machine. Or, if there is only one attempt at
/// it, an interrupt came before its end.
enum class Ending { Runs, Idle, BrokenOff, Halted, Panicked, Interrupted };

/// There is one at a time, always at the same addresses.
class HostMachine {
  public:
    explicit HostMachine(MachineSize size = {});
    ~HostMachine();
    HostMachine(const HostMachine&) = delete;
    HostMachine& operator=(const HostMachine&) = delete;

    /// Lets an event happen to the running thread. A call that is preempted is made again until it
    /// is done. \param points  preemption points between two interrupts, if there are any.
    Ending happen(const Event& event, std::optional<unsigned> points = {});

    /// Lets the running thread make a call as far as to the first preemption point: there an
    /// interrupt comes. \param call  nothing: the one that it was making before, once more
    Ending attempt(const std::optional<Call>& call);

    /// What the kernel has printed during the last event: why it has panicked.
    const std::string& printed() const;

    /// Whether a call was preempted during the last event.
    bool interrupted() const { return interrupted_; }

    /// What the kernel's memory amounts to: a world that the model's can be compared with.
    World abstraction() const;

    /// All that changes: the memory, the kernel's own state, and registers that the kernel leaves
    /// in the processor.
    struct Snapshot {
        std::vector<Word> memory;
        k::KernelState state;
        k::arch::FpuState fpu;
    };
    Snapshot snapshot() const;
    void restore(const Snapshot& snapshot);

    /// Empties the registers and the buffers of all threads that run: what they hold then says
    /// nothing about what can happen next.
    void forget_messages();

    const k::KernelState& state() const { return state_; }
    std::span<k::Slot> root_slots() const;
    k::Tcb& first_thread() const;

    /// The thread that runs; nullptr if none does.
    const k::Tcb* running() const;

  private:
    struct Memory;

    Memory& memory() const;
    void boot();
    void boot_memory(k::Tcb& thread);
    void start(k::Tcb& thread);
    void check() const;
    k::Tcb& caller();
    bool can_repeat(const k::Tcb* thread);
    void load(const Call& call);
    static void write_buffer(const k::Tcb& thread, const std::map<Word, Word>& words);
    k::KernelExit enter(const Event& event);
    k::KernelExit take_trap(const Trap& trap);
    k::KernelExit use_fpu(const UseFpu& use);
    Ending run(const Event& event);
    Ending run_once(const std::optional<Call>& call);
    Ending watch(std::optional<unsigned> points, const std::function<Ending()>& run);

    MachineSize size_;
    bool interrupted_ = false;
    bool unfinished_ = false; ///< a call that was preempted has still to be made again
    k::KernelState state_{.firmware = k::dev::Psci{k::arch::Conduit::Hvc}};
};

} // namespace spec
