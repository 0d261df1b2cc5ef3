#include "step.hpp"

#include "cspace.hpp"
#include "derivation.hpp"
#include "endpoint.hpp"
#include "fault.hpp"
#include "message.hpp"
#include "notification.hpp"
#include "schedule.hpp"
#include "thread.hpp"

#include <algorithm>
#include <stdexcept>

namespace spec {

namespace {

/// Send, NBSend or Call.
struct Manner {
    bool blocking;
    bool call;
};

/// The method of the invoked capability. \return what to reply to a Call; nothing for an endpoint,
/// where somebody else replies. "Endpoint, notification and reply capabilities ignore the label."
struct Invoke {
    using Reply = std::optional<Words>;
    World& world;
    const Invocation& call;
    Manner manner;
    Outcome& outcome;

    Reply operator()(const NullCap&) const { throw Refusal{InvalidCapability, {0}}; }
    Reply operator()(const EndpointCap& capability) const {
        const auto& [endpoint, badge, rights] = capability;
        if (!rights.write) throw Refusal{InvalidCapability, {0}};
        const Sending terms{endpoint, badge, manner.call, rights.grant, rights.grant_reply};
        send(world, call.caller, terms, manner.blocking);
        return std::nullopt;
    }
    Reply operator()(const NotificationCap& capability) const {
        if (!capability.rights.write) throw Refusal{InvalidCapability, {0}};
        signal(world, capability.notification, capability.badge);
        return Words{};
    }
    Reply operator()(const ReplyCap&) const {
        reply(world, call.caller, call.slot);
        return Words{};
    }
    Reply operator()(const SgiCap& capability) const {
        outcome.raised = capability;
        return Words{};
    }
    Reply operator()(const UntypedCap& c) const { return invoke_untyped(world, call, c); }
    Reply operator()(const CNodeCap& c) const { return invoke_cnode(world, call, c); }
    Reply operator()(const ThreadCap& c) const { return invoke_thread(world, call, c.thread); }
    Reply operator()(const FrameCap& c) const { return invoke_frame(world, call, c); }
    Reply operator()(const PageTableCap& c) const { return invoke_page_table(world, call, c); }
    Reply operator()(const VSpaceCap& c) const { return invoke_vspace(world, call, c); }
    Reply operator()(const AsidControlCap&) const { return invoke_asid_control(world, call); }
    Reply operator()(const AsidPoolCap& c) const { return invoke_asid_pool(world, call, c); }
    Reply operator()(const IrqControlCap&) const { return invoke_irq_control(world, call); }
    Reply operator()(const IrqHandlerCap& c) const {
        return invoke_irq_handler(world, call, c.interrupt);
    }
    Reply operator()(const DomainCap&) const { return invoke_domain(world, call); }
};

/// "Look up the invoked CPtr; then all extra CPtrs (only when the caller has an IPC buffer); then
/// decode." With no IPC buffer the message is cut to 4 words. \throws CapFault.
Invocation find_invocation(World& world, Name caller) {
    const SlotName slot = lookup(world, caller, x_register(world, caller, 0));
    auto arguments = outgoing_capabilities(world, caller);
    const Word label = MessageInfo::from_word(x_register(world, caller, 1)).label;
    return {caller, slot, Method(label), outgoing_words(world, caller), std::move(arguments)};
}

/// "Errors and results are reported to Call only." Nor does a call return to a caller that it has
/// stopped or deleted.
void invoke(World& world, const Invocation& call, Manner manner, Outcome& outcome) {
    try {
        const Capability invoked = capability_in(world, call.slot);
        const auto words = std::visit(Invoke{world, call, manner, outcome}, invoked);
        if (words && manner.call && world.present.calling) {
            deliver(world, call.caller, {}, 0, *words);
        }
    } catch (const Refusal& refusal) {
        outcome.refusal = refusal;
        if (manner.call) {
            deliver(world, call.caller, {.label = Word(refusal.error)}, 0, refusal.words);
        }
    }
}

void send_call(World& world, Name caller, Manner manner, Outcome& outcome) {
    try {
        invoke(world, find_invocation(world, caller), manner, outcome);
    } catch (const CapFault& fault) {
        if (manner.blocking) raise_fault(world, caller, fault);
    }
}

/// The endpoint or notification to receive from. "Failed lookup, or not an endpoint or
/// notification, or no read right, or a notification bound to another thread: CapFault in the
/// receive phase." \throws CapFault.
std::variant<EndpointCap, NotificationCap> find_source(const World& world, Name caller, Word cptr) {
    const Capability found = capability_in(world, lookup(world, caller, cptr));
    const auto* endpoint = std::get_if<EndpointCap>(&found);
    if (endpoint != nullptr && endpoint->rights.read) return *endpoint;
    const auto* object = std::get_if<NotificationCap>(&found);
    if (object != nullptr && object->rights.read) {
        const auto& bound = world.notifications.at(object->notification).bound;
        if (!bound || bound == caller) return *object;
    }
    throw CapFault{cptr, true, {MissingCapability, {0}}};
}

void receive_call(World& world, Name caller, bool blocking) {
    try {
        const auto source = find_source(world, caller, x_register(world, caller, 0));
        if (const auto* endpoint = std::get_if<EndpointCap>(&source)) {
            receive(world, caller, *endpoint, blocking);
        } else {
            wait(world, caller, std::get<NotificationCap>(source).notification, blocking);
        }
    } catch (CapFault fault) {
        fault.receiving = true;
        raise_fault(world, caller, fault);
    }
}

/// "Reply with an empty caller slot does nothing."
void reply_call(World& world, Name caller) {
    const SlotName slot = slot_of(caller, ThreadSlot::Caller);
    if (occupied(world, slot)) reply(world, caller, slot);
}

/// "0 also when the lookup fails."
void identify(World& world, Name caller) {
    Word& x0 = x_register(world, caller, 0);
    x0 = type_number(capability_at(world, caller, x0));
}

/// Whether the name in a buffer ends within 960 bytes.
bool name_ends(const World& world, Word base) {
    for (Word byte = 0; byte < 960; ++byte) {
        const Word word = read_word(world, base, buffer::message + byte / 8);
        if ((word >> 8 * (byte % 8) & 0xFF) == 0) return true;
    }
    return false;
}

/// "On something that is no TCB, with no IPC buffer or with too long a name" it stops the machine.
/// The name itself shows in what the kernel prints, and is not modelled.
bool can_name_thread(World& world, Name caller) {
    const Capability found = capability_at(world, caller, x_register(world, caller, 0));
    const auto base = buffer_of(world, caller, Access::ReadOnly);
    return is<ThreadCap>(found) && base && name_ends(world, *base);
}

void system_call(World& world, Name caller, Syscall number, Outcome& outcome) {
    switch (number) {
    case Syscall::Call: return send_call(world, caller, {true, true}, outcome);
    case Syscall::Send: return send_call(world, caller, {true, false}, outcome);
    case Syscall::NbSend: return send_call(world, caller, {false, false}, outcome);
    case Syscall::Recv: return receive_call(world, caller, true);
    case Syscall::NbRecv: return receive_call(world, caller, false);
    case Syscall::Reply: return reply_call(world, caller);
    case Syscall::ReplyRecv: reply_call(world, caller); return receive_call(world, caller, true);
    case Syscall::Yield: return go_last(world);
    case Syscall::DebugPutChar:
        outcome.printed = static_cast<char>(x_register(world, caller, 0));
        return;
    case Syscall::DebugHalt: outcome.halted = true; return;
    case Syscall::DebugCapIdentify: return identify(world, caller);
    case Syscall::DebugNameThread: outcome.halted = !can_name_thread(world, caller); return;
    case Syscall::DebugDumpScheduler:
    case Syscall::DebugSnapshot: return;
    }
    raise_fault(world, caller, UnknownSyscall{Word(number)});
}

/// The thread that an event is about.
Name running(const World& world) {
    if (!world.scheduler.running) throw std::logic_error("no thread runs: nobody can trap");
    return *world.scheduler.running;
}

/// An interrupt finds a thread between two instructions.
void interrupt_running(World& world) {
    if (!world.scheduler.running) return;
    Thread& thread = world.threads.at(*world.scheduler.running);
    thread.registers[reg::pc] = thread.next_pc;
}

/// SEMANTICS 10: "Delivery masks the interrupt, signals the stored badge (nothing stored: lost),
/// and it stays masked until Ack."
void deliver_interrupt(World& world, Word number) {
    const Name name{Kind::Interrupt, number};
    const auto masked = world.interrupts.find(name);
    if (masked == world.interrupts.end() || masked->second) return;
    masked->second = true;
    const Capability stored = capability_in(world, {name, 0});
    if (const auto* target = std::get_if<NotificationCap>(&stored)) {
        signal(world, target->notification, target->badge);
    }
}

struct Happen {
    World& world;
    Outcome& outcome;

    void operator()(const Call& call) const {
        const Name caller = running(world);
        enter(world, call);
        world.present.calling = caller;
        system_call(world, caller, Syscall(call.number), outcome);
    }
    void operator()(const Trap& trap) const {
        const Name name = running(world);
        Thread& thread = world.threads.at(name);
        thread.next_pc = trap.pc.value_or(thread.next_pc);
        thread.registers[reg::pc] = thread.next_pc;
        raise_fault(world, name, trap.fault);
    }
    /// "With the flag set any FP or SIMD instruction is a UserException with number 0x1FE00000."
    void operator()(const UseFpu& use) const {
        Thread& thread = world.threads.at(running(world));
        if ((thread.flags & 1) != 0) return (*this)(Trap{UserException{0x1FE0'0000}});
        thread.fpu = use.value;
        thread.next_pc += 4;
    }
    void operator()(const Tick&) const {
        interrupt_running(world);
        tick(world);
    }
    void operator()(const Interrupt& interrupt) const {
        interrupt_running(world);
        deliver_interrupt(world, interrupt.number);
    }
};

} // namespace

void enter(World& world, const Call& call) {
    const Name caller = running(world);
    Thread& thread = world.threads.at(caller);
    thread.registers[reg::pc] = call.pc.value_or(thread.next_pc);
    thread.next_pc = thread.registers[reg::pc] + 4;
    std::ranges::copy(call.x, thread.registers.begin() + reg::x(0));
    thread.registers[reg::x(7)] = call.number;
    if (const auto base = buffer_of(world, caller, Access::None)) {
        for (const auto& [index, value] : call.buffer) {
            write_word(world, *base, index, value);
        }
    }
}

Outcome apply(World& world, const Event& event) {
    Outcome outcome;
    std::visit(Happen{world, outcome}, event);
    settle(world);
    return outcome;
}

} // namespace spec
