/// \file
/// What happens to a world, one event at a time: the entry to the model.
#pragma once

#include "world.hpp"

#include <string>

namespace spec {

/// System call numbers in x7. ABI.md, "Registers at svc #0".
enum class Syscall : Word {
    Call = ~Word{0},
    ReplyRecv = Call - 1,
    Send = Call - 2,
    NbSend = Call - 3,
    Recv = Call - 4,
    Reply = Call - 5,
    Yield = Call - 6,
    NbRecv = Call - 7,
    DebugPutChar = Call - 8,
    DebugDumpScheduler = Call - 9,
    DebugHalt = Call - 10,
    DebugCapIdentify = Call - 11,
    DebugSnapshot = Call - 12,
    DebugNameThread = Call - 13,
};

/// The running thread executes `svc`.
struct Call {
    Word number = 0;               ///< x7
    std::array<Word, 6> x{};       ///< x0 to x5
    std::map<Word, Word> buffer{}; ///< words of its IPC buffer that it has written, by index
    std::optional<Word> pc{};      ///< of the `svc`; by default where the thread goes on
};

/// The running thread's instruction is trapped: a VmFault or UserException.
struct Trap {
    Fault fault;
    std::optional<Word> pc{};
};

/// The running thread executes an instruction that sets the floating-point registers.
struct UseFpu {
    Word value = 0;
};

/// The kernel's timer finds whoever runs.
struct Tick {};

/// A device raises an interrupt.
struct Interrupt {
    Word number = 0;
};

using Event = std::variant<Call, Trap, UseFpu, Tick, Interrupt>;

/// What an event gives to the world outside, and what it has changed in registers and user memory.
struct Outcome {
    std::optional<Refusal> refusal; ///< an invocation failed, whether its caller was told or not
    std::optional<SgiCap> raised;   ///< the software generated interrupt that was raised
    std::string printed;            ///< on the console
    bool halted = false;            ///< the machine has stopped
    std::map<Name, std::map<unsigned, Word>> registers; ///< those that changed, of every thread
    std::map<Word, Word> memory;                        ///< words that changed, by physical address

    bool operator==(const Outcome&) const = default;
};

/// What a system call leaves in the world before the kernel looks at it: the caller's registers and
/// buffer. A call that is refused silently leaves exactly this.
void enter(World& world, const Call& call);

/// Lets an event happen in place. \pre For a Call, Trap or UseFpu some thread runs.
/// \return the outcome without its changes.
Outcome apply(World& world, const Event& event);

struct Step {
    World world;
    Outcome outcome;
};

/// The world after an event, and what the event did.
Step step(const World& world, const Event& event);

} // namespace spec
