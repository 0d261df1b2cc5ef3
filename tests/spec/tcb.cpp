/// \file
/// The methods of TCBs. SEMANTICS 6; seL4 manual, "Threads and Execution".
#include "derivation.hpp"
#include "invocation.hpp"
#include "lifecycle.hpp"
#include "notification.hpp"
#include "schedule.hpp"
#include "thread.hpp"

#include <algorithm>

namespace spec {

namespace {

bool bit(Word word, unsigned number) {
    return (word >> number & 1) != 0;
}

/// "TM; count outside 1–36: RE(1,36); own TCB: IO."
Words read_registers(World& world, const Invocation& call, Name target) {
    call.needs(2);
    const Word count = call.words[1];
    if (count < 1 || count > reg::count) throw Refusal{RangeError, {1, reg::count}};
    if (target == call.caller) throw Refusal{IllegalOperation};
    if (bit(call.words[0], 0)) suspend(world, target);
    const auto& all = world.threads.at(target).registers;
    return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)};
}

void write_register(Thread& thread, unsigned number, Word value) {
    thread.registers.at(number) = number == reg::spsr ? sanitised_spsr(value) : value;
    if (number == reg::pc) thread.next_pc = value;
}

/// "Length < 2 or length − 2 < count TM; own TCB: IO; counts above 36 are cut."
void write_registers(World& world, const Invocation& call, Name target) {
    call.needs(2);
    const Word count = call.words[1];
    if (call.words.size() - 2 < count) throw Refusal{TruncatedMessage};
    if (target == call.caller) throw Refusal{IllegalOperation};
    for (unsigned i = 0; i < std::min<Word>(count, reg::count); ++i) {
        write_register(world.threads.at(target), i, call.words[2 + i]);
    }
    if (bit(call.words[0], 0)) resume(world, target);
}

/// "frame = pc, sp, spsr, x0–x8, x16–x18, x29, x30; integer = the other 19 words."
constexpr unsigned frame_registers = 17;

void copy_registers(World& world, const Invocation& call, Name target) {
    call.needs(1, 1);
    const auto* source = std::get_if<ThreadCap>(&call.arguments[0].capability);
    if (source == nullptr) throw Refusal{InvalidCapability, {1}};
    const bool stops = bit(call.words[0], 0);
    const bool starts = bit(call.words[0], 1);
    // A thread that stops and starts itself has not been stopped when its call ends.
    const bool neither = stops && starts && source->thread == target && target == call.caller;
    if (stops && !neither) suspend(world, source->thread);
    if (starts && !neither) resume(world, target);
    const auto from = world.threads.at(source->thread).registers;
    for (unsigned i = 0; i < reg::count; ++i) {
        if (bit(call.words[0], i < frame_registers ? 2 : 3)) {
            write_register(world.threads.at(target), i, from.at(i));
        }
    }
}

/// The part of Configure and SetIPCBuffer that is about the buffer. Address 0: "the capability
/// argument is ignored and the thread has no buffer".
Capability checked_buffer(const World& world, Word address, const Argument& argument) {
    if (address == 0) return NullCap{};
    const Capability copy = derived(world, argument.slot, argument.capability);
    const auto* frame = std::get_if<FrameCap>(&copy);
    if (frame == nullptr || frame->device) throw Refusal{IllegalOperation};
    if (address % (8 * buffer::words) != 0) throw Refusal{AlignmentError};
    return copy;
}

struct Spaces {
    Capability cspace;
    Capability vspace;
};

bool is_last_cnode(const World& world, SlotName slot) {
    const Capability held = capability_in(world, slot);
    return is<CNodeCap>(held) && holders(world, std::get<CNodeCap>(held).cnode) == 1;
}

/// The part of Configure and SetSpace that is about the roots.
Spaces checked_spaces(const World& world, Name target, Word data, const Argument& cspace,
                      const Argument& vspace) {
    if (is_last_cnode(world, slot_of(target, ThreadSlot::CSpace)) ||
        is_last_cnode(world, slot_of(target, ThreadSlot::VSpace))) {
        throw Refusal{IllegalOperation};
    }
    const Capability guarded =
        data == 0 ? cspace.capability : with_data(world, cspace.capability, data);
    const Capability cspace_copy = derived(world, cspace.slot, guarded);
    if (!is<CNodeCap>(cspace_copy)) throw Refusal{IllegalOperation};
    const Capability vspace_copy = derived(world, vspace.slot, vspace.capability);
    if (!is<VSpaceCap>(vspace_copy)) throw Refusal{IllegalOperation};
    return {cspace_copy, vspace_copy};
}

/// "TCBs hold copies of capabilities: real members of the tree."
void hold(World& world, SlotName slot, SlotName source, const Capability& copy) {
    delete_capability(world, slot);
    if (!is<NullCap>(copy)) insert_copy(world, source, slot, copy);
}

void set_buffer(World& world, Name target, Word address, const Argument& argument,
                const Capability& copy) {
    hold(world, slot_of(target, ThreadSlot::Buffer), argument.slot, copy);
    world.threads.at(target).buffer_address = address;
}

void set_spaces(World& world, Name target, Word data, const Invocation& call) {
    const auto& [cspace, vspace] = std::tie(call.arguments[0], call.arguments[1]);
    const Spaces copies = checked_spaces(world, target, data, cspace, vspace);
    world.threads.at(target).fault_handler = call.words[0];
    hold(world, slot_of(target, ThreadSlot::CSpace), cspace.slot, copies.cspace);
    hold(world, slot_of(target, ThreadSlot::VSpace), vspace.slot, copies.vspace);
}

void configure(World& world, const Invocation& call, Name target) {
    call.needs(4, 3);
    const Word address = call.words[3];
    const Argument& frame = call.arguments[2];
    const Capability copy = checked_buffer(world, address, frame);
    set_spaces(world, target, call.words[1], call);
    set_buffer(world, target, address, frame, copy);
}

void set_space(World& world, const Invocation& call, Name target) {
    call.needs(3, 2);
    set_spaces(world, target, call.words[1], call);
}

void set_ipc_buffer(World& world, const Invocation& call, Name target) {
    call.needs(1, 1);
    const Argument& frame = call.arguments[0];
    const Capability copy = checked_buffer(world, call.words[0], frame);
    set_buffer(world, target, call.words[0], frame, copy);
}

/// "On a runnable other one: as woken. On a blocked one: only the number."
void change_priority(World& world, Name target, Word priority) {
    const bool queued = runnable(world, target) && world.scheduler.running != target;
    if (queued) unready(world, target);
    world.threads.at(target).priority = priority;
    if (queued) wake(world, target);
}

/// SetPriority, SetMCPriority, SetSchedParams: "authority is no TCB: IC(1); value > the authority's
/// MCP: RE(0, that MCP). SetSchedParams checks the MCP value first."
void set_priorities(World& world, const Invocation& call, Name target) {
    const bool two = call.method == Method::SetSchedParams;
    call.needs(two ? 2 : 1, 1);
    const auto* authority = std::get_if<ThreadCap>(&call.arguments[0].capability);
    if (authority == nullptr) throw Refusal{InvalidCapability, {1}};
    const Word limit = world.threads.at(authority->thread).max_priority;
    if (call.words[0] > limit || (two && call.words[1] > limit)) {
        throw Refusal{RangeError, {0, limit}};
    }
    if (call.method != Method::SetPriority) world.threads.at(target).max_priority = call.words[0];
    if (call.method == Method::SetPriority) change_priority(world, target, call.words[0]);
    if (two) change_priority(world, target, call.words[1]);
}

/// "TM; the TCB has none bound (IO); argument is a notification (IO) with read right (IO); it has
/// no waiters and no bound TCB (IO)."
void bind_notification(World& world, const Invocation& call, Name target) {
    call.needs(0, 1);
    Thread& thread = world.threads.at(target);
    const auto* capability = std::get_if<NotificationCap>(&call.arguments[0].capability);
    if (thread.notification || capability == nullptr || !capability->rights.read) {
        throw Refusal{IllegalOperation};
    }
    Notification& notification = world.notifications.at(capability->notification);
    if (!notification.waiters.empty() || notification.bound) throw Refusal{IllegalOperation};
    notification.bound = target;
    thread.notification = capability->notification;
}

void unbind_notification(World& world, Name target) {
    const auto bound = world.threads.at(target).notification;
    if (!bound) throw Refusal{IllegalOperation};
    unbind(world, *bound);
}

void set_tls_base(World& world, const Invocation& call, Name target) {
    call.needs(1);
    world.threads.at(target).registers[reg::tls_base] = call.words[0];
}

/// "flags = (flags and not clear) or (set and bit 0); answers the result."
Words set_flags(World& world, const Invocation& call, Name target) {
    call.needs(2);
    Word& flags = world.threads.at(target).flags;
    flags = (flags & ~call.words[0]) | (call.words[1] & 1);
    return {flags};
}

} // namespace

Words invoke_thread(World& world, const Invocation& call, Name target) {
    using enum Method;
    if (call.method < ReadRegisters || call.method > SetFlags) throw Refusal{IllegalOperation};
    if (call.method == ReadRegisters) return read_registers(world, call, target);
    if (call.method == SetFlags) return set_flags(world, call, target);
    if (call.method == WriteRegisters) write_registers(world, call, target);
    if (call.method == CopyRegisters) copy_registers(world, call, target);
    if (call.method == Configure) configure(world, call, target);
    if (call.method == SetSpace) set_space(world, call, target);
    if (call.method == SetIpcBuffer) set_ipc_buffer(world, call, target);
    if (call.method >= SetPriority && call.method <= SetSchedParams) {
        set_priorities(world, call, target);
    }
    if (call.method == Method::Suspend) suspend(world, target);
    if (call.method == Method::Resume) resume(world, target);
    if (call.method == BindNotification) bind_notification(world, call, target);
    if (call.method == UnbindNotification) unbind_notification(world, target);
    if (call.method == SetTlsBase) set_tls_base(world, call, target);
    return {};
}

} // namespace spec
