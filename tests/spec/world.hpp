/// \file
/// The whole state of the modelled machine, as a value: it can be copied, compared and printed.
#pragma once

#include "capability.hpp"
#include "names.hpp"
#include "refusal.hpp"

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace spec {

/// A slot that holds a capability, and the capability's place in the derivation tree.
struct Slot {
    Capability capability;
    bool original = true;           ///< a copy of it becomes its child, not its sibling
    std::optional<SlotName> parent; ///< none for boot capabilities and replies
    std::vector<SlotName> children; ///< newest first: the order in which Revoke deletes

    bool operator==(const Slot&) const = default;
};

/// Its slots are in World::slots.
struct CNode {
    Word radix = 0; ///< log2 of the number of slots

    bool operator==(const CNode&) const = default;
};

/// At most one of the two queues is not empty.
struct Endpoint {
    std::deque<Name> senders;
    std::deque<Name> receivers;

    bool operator==(const Endpoint&) const = default;
};

struct Notification {
    std::deque<Name> waiters;
    std::optional<Name> bound;
    bool active = false;
    Word pending = 0; ///< the badges of an active one, ORed; else 0

    bool operator==(const Notification&) const = default;
};

/// \name What a thread is doing
/// \{
struct Inactive : std::monostate {};
/// It runs, or would if the scheduler chose it.
struct Runnable : std::monostate {};
/// Queued on an endpoint to send; badge and rights are those of the capability at the time.
struct Sending {
    Name endpoint;
    Word badge = 0;
    bool call = false;
    bool grant = false;
    bool grant_reply = false;
    bool operator==(const Sending&) const = default;
};
struct Receiving {
    Name endpoint;
    bool grant = false; ///< a reply capability that it gets will have grant
    bool operator==(const Receiving&) const = default;
};
struct AwaitingReply : std::monostate {};
struct Waiting {
    Name notification;
    bool operator==(const Waiting&) const = default;
};
using State = std::variant<Inactive, Runnable, Sending, Receiving, AwaitingReply, Waiting>;
/// \}

/// \name Faults that have been or will be sent to a handler. SEMANTICS 8, ABI.md "Fault messages".
/// \{
struct CapFault {
    Word address = 0; ///< the CPtr
    bool receiving = false;
    LookupFailure failure;
    bool operator==(const CapFault&) const = default;
};
struct UnknownSyscall {
    Word number = 0;
    bool operator==(const UnknownSyscall&) const = default;
};
struct UserException {
    Word number = 0; ///< ESR_EL1[31:0]
    bool operator==(const UserException&) const = default;
};
struct VmFault {
    Word address = 0;
    bool prefetch = false;
    Word status = 0; ///< ESR_EL1[31:0]
    bool operator==(const VmFault&) const = default;
};
using Fault = std::variant<CapFault, UnknownSyscall, UserException, VmFault>;
/// \}

/// The user context in the order of ReadRegisters. ABI.md, "Invocations".
namespace reg {
constexpr unsigned pc = 0;
constexpr unsigned sp = 1;
constexpr unsigned spsr = 2;
constexpr unsigned tls_base = 34;
constexpr unsigned count = 36;
/// x0 to x8; of the others no call takes or gives a value.
constexpr unsigned x(unsigned number) {
    return number + 3;
}
} // namespace reg

/// SPSR of a thread that has set no flags: EL0, FIQ masked.
constexpr Word user_spsr = 0x40;

/// Ticks in a time slice. ABI.md, "Initial thread".
constexpr unsigned slice_ticks = 5;

/// A TCB. Its capabilities are in World::slots (\ref ThreadSlot).
struct Thread {
    State state = Inactive{};
    std::optional<Fault> fault; ///< sent or to be sent; it ends with the reply
    /// The pc among them is where a stopped thread goes on: its system call or faulting
    /// instruction.
    std::array<Word, reg::count> registers{0, 0, user_spsr};
    Word next_pc = 0; ///< where it goes on while it runs, or once its system call completes
    Word fpu = 0;     ///< one for all floating-point registers, which are all treated alike
    Word priority = 0;
    Word max_priority = 0;
    Word domain = 0;
    Word flags = 0;
    Word fault_handler = 0;           ///< a CPtr
    Word buffer_address = 0;          ///< 0: it has no IPC buffer
    std::optional<Name> notification; ///< the one it is bound to
    unsigned ticks = slice_ticks;

    bool operator==(const Thread&) const = default;
};

/// An entry that maps a page.
struct Page {
    Word frame = 0; ///< physical address
    Word bits = 12;
    Access access = Access::None;
    bool cacheable = true;
    bool executable = true;

    bool operator==(const Page&) const = default;
};

/// A root table with everything below it, flat.
struct VSpace {
    std::map<std::pair<Word, Word>, Name> tables; ///< by entry: {log2 of what it covers, address}
    std::map<Word, Page> pages;                   ///< by address

    bool operator==(const VSpace&) const = default;
};

struct AsidPool {
    std::map<Word, Name> vspaces; ///< by the low 9 bits of the ASID

    bool operator==(const AsidPool&) const = default;
};

struct DomainEntry {
    Word domain = 0;
    Word duration = 0;

    bool operator==(const DomainEntry&) const = default;
};

/// SEMANTICS 7. The running thread is in no ready queue.
struct Scheduler {
    std::optional<Name> running; ///< none: idle
    std::map<Word, std::deque<Name>> ready;
    std::array<DomainEntry, 2> domains{DomainEntry{0, low_bits(56)}, DomainEntry{}};
    Word first_domain_entry = 0;

    bool operator==(const Scheduler&) const = default;
};

/// What lasts no longer than the event at hand.
struct Present {
    std::optional<Name>
        calling;             ///< the thread whose system call it is; none once that is broken off
    std::vector<Name> woken; ///< in this order, not queued yet

    bool operator==(const Present&) const = default;
};

struct World {
    std::map<SlotName, Slot> slots; ///< those that are not empty
    std::map<Name, CNode> cnodes;
    std::map<Name, Thread> threads;
    std::map<Name, Endpoint> endpoints;
    std::map<Name, Notification> notifications;
    std::map<Name, VSpace> vspaces;
    std::map<Name, AsidPool> pools;
    std::map<Word, Name> pool_at;    ///< the live ASID pools by index
    std::map<Name, bool> interrupts; ///< those with a handler: whether they are masked
    std::map<Word, Word> memory;     ///< user memory as far as it is known, by word; not listed: 0
    Scheduler scheduler;
    /// The address space of who runs; none: one in which nothing is mapped.
    std::optional<VSpaceCap> user_space;
    Present present;
    Word highest_interrupt = 159;
    Word timer_interrupt = 27;

    bool operator==(const World&) const = default;
};

} // namespace spec
