#include "tally.hpp"

#include "chooser.hpp"
#include "cspace.hpp"
#include "derivation.hpp"
#include "message.hpp"
#include "thread.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace spec {

Before::Before(const World& world, const Event& event)
    : running{world.scheduler.running}, user_space{world.user_space} {
    for (const auto& [name, thread] : world.threads) {
        states.emplace(name, thread.state);
        if (thread.fault) faults.emplace(name, *thread.fault);
        if (thread.fpu != 0) used_fpu.insert(name);
    }
    for (const auto& [name, notification] : world.notifications) {
        if (notification.active) pending.emplace(name, notification.pending);
    }
    const auto* call = std::get_if<Call>(&event);
    if (call != nullptr && running) invoked = capability_at(world, *running, call->x[0]);
}

namespace {

/// The method of a call on an object that has methods, if that is what the event was.
std::optional<Method> method(const Moment& moment) {
    const auto* call = std::get_if<Call>(&moment.event);
    if (call == nullptr) return std::nullopt;
    const auto number = Syscall(call->number);
    const bool invokes =
        number == Syscall::Call || number == Syscall::Send || number == Syscall::NbSend;
    const Capability& invoked = moment.before.invoked;
    if (!invokes || is<NullCap>(invoked) || is<EndpointCap>(invoked) || is<ReplyCap>(invoked) ||
        is<NotificationCap>(invoked)) {
        return std::nullopt;
    }
    return Method(call->x[1] >> 12);
}

bool succeeded(const Moment& moment, Method expected) {
    return !moment.outcome.refusal && method(moment) == expected;
}

template <typename Type>
bool invokes(const Moment& moment) {
    return is<Type>(moment.before.invoked);
}

bool any_slot(const Moment& moment, auto holds) {
    return std::ranges::any_of(moment.after.slots, [&](const auto& entry) {
        return holds(entry.first, entry.second.capability);
    });
}

bool any_thread(const Moment& moment, auto holds) {
    return std::ranges::any_of(moment.after.threads,
                               [&](const auto& entry) { return holds(entry.first, entry.second); });
}

/// Whether some thread was in a state of this kind, and something holds of it now.
/// \param holds  is given the state and the thread, nullptr if that is gone
template <typename Was>
bool some_that_was(const Moment& moment, auto holds) {
    return std::ranges::any_of(moment.before.states, [&](const auto& entry) {
        const auto* was = std::get_if<Was>(&entry.second);
        const auto thread = moment.after.threads.find(entry.first);
        const bool gone = thread == moment.after.threads.end();
        return was != nullptr && holds(*was, gone ? nullptr : &thread->second);
    });
}

template <typename Now>
bool is_now(const Thread* thread) {
    return thread != nullptr && std::holds_alternative<Now>(thread->state);
}

/// The thread that ran before; nullptr if it is gone, or none did.
const Thread* who_ran(const Moment& moment) {
    const auto found = moment.after.threads.find(moment.before.running.value_or(Name{}));
    return found == moment.after.threads.end() ? nullptr : &found->second;
}

template <typename Now>
bool some_thread_is(const Moment& moment) {
    return any_thread(moment, [](Name, const Thread& thread) { return is_now<Now>(&thread); });
}

/// \name Situations: capabilities and memory
/// \{

bool cnode_is_full(const Moment& moment) {
    return std::ranges::any_of(moment.after.cnodes, [&](const auto& entry) {
        const auto& slots = moment.after.slots;
        const Word count = Word{1} << entry.second.radix;
        auto slot = slots.lower_bound({entry.first, 0});
        for (Word index = 0; index < count; ++index, ++slot) { // occupied ones stand in a row
            if (slot == slots.end() || slot->first != SlotName{entry.first, index}) return false;
        }
        return true;
    });
}

bool holds_cnode(const World& world, Name holder, Name held) {
    const auto end = world.slots.upper_bound({holder, ~Word{0}});
    return std::any_of(world.slots.lower_bound({holder, 0}), end, [held](const auto& entry) {
        const auto* cnode = std::get_if<CNodeCap>(&entry.second.capability);
        return cnode != nullptr && cnode->cnode == held;
    });
}

/// That of the first thread is left out: it holds everything, itself too.
bool cnode_holds_itself(const Moment& moment) {
    return any_slot(moment, [&](SlotName name, const Capability& held) {
        const auto* cnode = std::get_if<CNodeCap>(&held);
        return cnode != nullptr && cnode->cnode == name.holder &&
               moment.after.cnodes.at(name.holder).radix < 8;
    });
}

bool cnodes_hold_each_other(const Moment& moment) {
    return any_slot(moment, [&](SlotName name, const Capability& held) {
        const auto* cnode = std::get_if<CNodeCap>(&held);
        return cnode != nullptr && name.holder.kind == Kind::CNode && cnode->cnode < name.holder &&
               holds_cnode(moment.after, cnode->cnode, name.holder);
    });
}

bool cnode_has_a_guard(const Moment& moment) {
    return any_slot(moment, [](SlotName name, const Capability& held) {
        const auto* cnode = std::get_if<CNodeCap>(&held);
        return cnode != nullptr && name.index >= 16 && cnode->guard_bits != 0;
    });
}

/// Two families with one name: what belongs to the one must not go with the other.
bool badges_clash(const Moment& moment) {
    std::set<std::pair<Name, Word>> seen;
    return std::ranges::any_of(moment.after.slots, [&](const auto& entry) {
        const auto* endpoint = std::get_if<EndpointCap>(&entry.second.capability);
        return endpoint != nullptr && endpoint->badge != 0 && entry.second.original &&
               !seen.emplace(endpoint->endpoint, endpoint->badge).second;
    });
}

bool untyped_is_used_up(const Moment& moment) {
    const Thread* caller = who_ran(moment);
    if (caller == nullptr || !succeeded(moment, Method::UntypedRetype)) return false;
    const Word cptr = std::get<Call>(moment.event).x[0];
    const Capability now = capability_at(moment.after, *moment.before.running, cptr);
    const auto* untyped = std::get_if<UntypedCap>(&now);
    return untyped != nullptr && untyped->watermark == Word{1} << untyped->bits;
}

bool rotate_exchanges(const Moment& moment) {
    if (!succeeded(moment, Method::CNodeRotate)) return false;
    const auto& call = std::get<Call>(moment.event);
    return call.x[2] == call.buffer.at(buffer::message + 6) &&
           call.x[3] == call.buffer.at(buffer::message + 7) &&
           call.x[0] == call.buffer.at(buffer::caps_or_badges + 1);
}

bool several_spaces_have_pages(const Moment& moment) {
    return std::ranges::count_if(moment.after.vspaces,
                                 [](const auto& entry) { return !entry.second.pages.empty(); }) > 1;
}

/// The capability to it remains, and its thread runs on.
bool runner_loses_address_space(const Moment& moment) {
    const auto& running = moment.after.scheduler.running;
    return moment.before.user_space && !moment.after.user_space &&
           running == moment.before.running && running &&
           occupied(moment.after, slot_of(*running, ThreadSlot::VSpace));
}

bool address_space_is_assigned(const Moment& moment) {
    return succeeded(moment, Method::AsidAssign) && moment.after.pools.size() > 2;
}

/// \}
/// \name Situations: threads
/// \{

bool runner_is_deleted(const Moment& moment) {
    return moment.before.running && who_ran(moment) == nullptr;
}

bool runner_is_suspended(const Moment& moment) {
    return succeeded(moment, Method::Suspend) && is_now<Inactive>(who_ran(moment));
}

bool runner_loses_cspace(const Moment& moment) {
    return who_ran(moment) != nullptr &&
           !occupied(moment.after, slot_of(*moment.before.running, ThreadSlot::CSpace));
}

bool waiting_thread_is_deleted(const Moment& moment) {
    const auto gone = [](const auto&, const Thread* thread) { return thread == nullptr; };
    return some_that_was<Sending>(moment, gone) || some_that_was<Receiving>(moment, gone) ||
           some_that_was<AwaitingReply>(moment, gone) || some_that_was<Waiting>(moment, gone);
}

bool buffer_is_gone(const Moment& moment) {
    return any_thread(moment, [&](Name name, const Thread& thread) {
        return thread.buffer_address != 0 && is_now<Runnable>(&thread) &&
               !occupied(moment.after, slot_of(name, ThreadSlot::Buffer));
    });
}

bool space_is_gone(const Moment& moment) {
    return any_thread(moment, [&](Name name, const Thread& thread) {
        return is_now<Runnable>(&thread) &&
               !occupied(moment.after, slot_of(name, ThreadSlot::VSpace));
    });
}

bool higher_priority_takes_over(const Moment& moment) {
    const Thread* ran = who_ran(moment);
    const auto& runs = moment.after.scheduler.running;
    return is_now<Runnable>(ran) && moment.after.threads.at(*runs).priority > ran->priority;
}

bool slice_ends(const Moment& moment) {
    return std::holds_alternative<Tick>(moment.event) &&
           moment.before.running != moment.after.scheduler.running;
}

bool nobody_runs(const Moment& moment) {
    return !moment.after.scheduler.running;
}

/// \}
/// \name Situations: messages
/// \{

bool endpoint_dies(const Moment& moment) {
    const auto dead = [&](const auto& was, const Thread*) {
        return !moment.after.endpoints.contains(was.endpoint);
    };
    return some_that_was<Sending>(moment, dead) || some_that_was<Receiving>(moment, dead);
}

/// A client calls, and has not been heard yet.
bool revoke_ends_a_call(const Moment& moment) {
    return succeeded(moment, Method::CNodeRevoke) &&
           some_that_was<Sending>(moment, [&](const Sending& was, const Thread*) {
               return was.call && !moment.after.endpoints.contains(was.endpoint);
           });
}

/// A server has the call, and its right to answer goes.
bool revoke_voids_a_reply(const Moment& moment) {
    if (!succeeded(moment, Method::CNodeRevoke)) return false;
    return std::ranges::any_of(moment.before.states, [&](const auto& entry) {
        if (!std::holds_alternative<AwaitingReply>(entry.second)) return false;
        return !any_slot(moment, [&](SlotName, const Capability& held) {
            const auto* reply = std::get_if<ReplyCap>(&held);
            return reply != nullptr && reply->caller == entry.first;
        });
    });
}

/// One of the senders through an endpoint has its message withdrawn, another has not.
bool some_sends_are_cancelled(const Moment& moment) {
    if (!succeeded(moment, Method::CNodeCancelBadgedSends)) return false;
    const auto withdrawn = [](const Sending&, const Thread* thread) {
        return is_now<Runnable>(thread);
    };
    const auto left = [](const Sending&, const Thread* thread) { return is_now<Sending>(thread); };
    return some_that_was<Sending>(moment, withdrawn) && some_that_was<Sending>(moment, left);
}

bool several_wait_to_send(const Moment& moment) {
    return std::ranges::any_of(moment.after.endpoints,
                               [](const auto& entry) { return entry.second.senders.size() > 1; });
}

bool several_wait_to_receive(const Moment& moment) {
    return std::ranges::any_of(moment.after.endpoints,
                               [](const auto& entry) { return entry.second.receivers.size() > 1; });
}

bool reply_is_saved(const Moment& moment) {
    return any_slot(moment, [](SlotName name, const Capability& held) {
        return is<ReplyCap>(held) && name.holder.kind == Kind::CNode;
    });
}

bool saved_reply_is_used(const Moment& moment) {
    return invokes<ReplyCap>(moment) && !moment.outcome.refusal &&
           some_that_was<AwaitingReply>(moment, [](const AwaitingReply&, const Thread* thread) {
               return is_now<Runnable>(thread);
           });
}

bool caller_is_forgotten(const Moment& moment) {
    return any_thread(moment, [&](Name name, const Thread& thread) {
        return is_now<AwaitingReply>(&thread) &&
               !any_slot(moment, [name](SlotName, const Capability& held) {
                   const auto* reply = std::get_if<ReplyCap>(&held);
                   return reply != nullptr && reply->caller == name;
               });
    });
}

/// What some thread that has just received finds in x1.
bool received(const Moment& moment, auto holds) {
    return any_thread(moment, [&](Name, const Thread& thread) {
        return is_now<Runnable>(&thread) && thread.registers[reg::x(7)] == Word(Syscall::Recv) &&
               holds(MessageInfo::from_word(thread.registers[reg::x(1)]));
    });
}

bool capability_is_transferred(const Moment& moment) {
    return received(moment, [](const MessageInfo& info) {
        return info.extra_caps != 0 && info.caps_unwrapped == 0;
    });
}

bool capability_is_unwrapped(const Moment& moment) {
    return received(moment, [](const MessageInfo& info) { return info.caps_unwrapped != 0; });
}

bool message_is_longest(const Moment& moment) {
    return received(moment, [](const MessageInfo& info) { return info.length == 120; });
}

/// \}
/// \name Situations: notifications and faults
/// \{

bool signals_add_up(const Moment& moment) {
    return std::ranges::any_of(moment.before.pending, [&](const auto& entry) {
        const auto now = moment.after.notifications.find(entry.first);
        return now != moment.after.notifications.end() && now->second.active &&
               now->second.pending != entry.second;
    });
}

bool bound_receiver_is_signalled(const Moment& moment) {
    return invokes<NotificationCap>(moment) && !moment.outcome.refusal &&
           some_that_was<Receiving>(moment, [](const Receiving&, const Thread* thread) {
               return is_now<Runnable>(thread);
           });
}

/// \}
/// \name Situations: faults of each kind, and the ways in which they end
/// \{

bool in_sending(const Fault& fault) {
    const auto* cap = std::get_if<CapFault>(&fault);
    return cap != nullptr && !cap->receiving;
}

bool in_receiving(const Fault& fault) {
    const auto* cap = std::get_if<CapFault>(&fault);
    return cap != nullptr && cap->receiving;
}

bool by_unknown_call(const Fault& fault) {
    return std::holds_alternative<UnknownSyscall>(fault);
}

bool by_exception(const Fault& fault) {
    return std::holds_alternative<UserException>(fault);
}

bool on_data(const Fault& fault) {
    const auto* memory = std::get_if<VmFault>(&fault);
    return memory != nullptr && !memory->prefetch;
}

bool on_instruction(const Fault& fault) {
    const auto* memory = std::get_if<VmFault>(&fault);
    return memory != nullptr && memory->prefetch;
}

using Kind = bool (*)(const Fault& fault);

template <Kind is_kind>
bool fault_is_sent(const Moment& moment) {
    return any_thread(moment, [&](Name name, const Thread& thread) {
        return thread.fault && is_kind(*thread.fault) && !moment.before.faults.contains(name);
    });
}

/// Whether a fault of a kind has ended, and something holds of who had it.
template <Kind is_kind>
bool fault_ends(const Moment& moment, auto holds) {
    return std::ranges::any_of(moment.before.faults, [&](const auto& entry) {
        const auto thread = moment.after.threads.find(entry.first);
        return is_kind(entry.second) && thread != moment.after.threads.end() &&
               !thread->second.fault && holds(thread->second);
    });
}

bool is_reply(const Moment& moment) {
    const auto* call = std::get_if<Call>(&moment.event);
    if (call == nullptr) return false;
    const auto number = Syscall(call->number);
    return number == Syscall::Reply || number == Syscall::ReplyRecv || invokes<ReplyCap>(moment);
}

template <Kind is_kind>
bool fault_is_answered(const Moment& moment) {
    return is_reply(moment) && fault_ends<is_kind>(moment, [](const Thread& thread) {
               return is_now<Runnable>(&thread);
           });
}

/// The answer's label says that the thread is to stay where it is.
template <Kind is_kind>
bool fault_is_refused(const Moment& moment) {
    return is_reply(moment) && fault_ends<is_kind>(moment, [](const Thread& thread) {
               return is_now<Inactive>(&thread);
           });
}

/// The answer has words for the registers.
template <Kind is_kind>
bool answer_sets_registers(const Moment& moment) {
    return fault_is_answered<is_kind>(moment) &&
           MessageInfo::from_word(std::get<Call>(moment.event).x[1]).length != 0;
}

template <Kind is_kind>
bool faulted_is_resumed(const Moment& moment) {
    return succeeded(moment, Method::Resume) &&
           fault_ends<is_kind>(moment,
                               [](const Thread& thread) { return is_now<Runnable>(&thread); });
}

template <Kind is_kind>
bool faulted_is_suspended(const Moment& moment) {
    return succeeded(moment, Method::Suspend) &&
           fault_ends<is_kind>(moment,
                               [](const Thread& thread) { return is_now<Inactive>(&thread); });
}

bool fault_has_no_handler(const Moment& moment) {
    return std::holds_alternative<Trap>(moment.event) && is_now<Inactive>(who_ran(moment));
}

/// \}
/// \name Situations: floating point
/// \{

bool several_use_fpu(const Moment& moment) {
    return std::holds_alternative<UseFpu>(moment.event) && moment.before.used_fpu.size() > 1;
}

bool fpu_is_denied(const Moment& moment) {
    const Thread* thread = who_ran(moment);
    return std::holds_alternative<UseFpu>(moment.event) && thread != nullptr &&
           (thread->flags & 1) != 0;
}

bool user_of_fpu_is_deleted(const Moment& moment) {
    return std::ranges::any_of(moment.before.used_fpu,
                               [&](Name thread) { return !moment.after.threads.contains(thread); });
}

/// \}

constexpr std::array all_situations{
    Situation{10, "a CNode is full", cnode_is_full},
    Situation{10, "a CNode holds itself", cnode_holds_itself},
    Situation{10, "two CNodes hold each other", cnodes_hold_each_other},
    Situation{10, "a CNode has a guard", cnode_has_a_guard},
    Situation{10, "an untyped is used up", untyped_is_used_up},
    Situation{10, "two badged capabilities have one badge", badges_clash},
    Situation{10, "two capabilities change places", rotate_exchanges},
    Situation{11, "several address spaces have pages", several_spaces_have_pages},
    Situation{11, "an address space is assigned, and there are several pools",
              address_space_is_assigned},
    Situation{11, "the running thread's address space loses its ASID", runner_loses_address_space},
    Situation{12, "the running thread is deleted", runner_is_deleted},
    Situation{12, "the running thread is suspended by itself", runner_is_suspended},
    Situation{12, "the running thread loses its CSpace", runner_loses_cspace},
    Situation{12, "a thread that can run has lost its IPC buffer", buffer_is_gone},
    Situation{12, "a thread that can run has lost its VSpace", space_is_gone},
    Situation{12, "a thread of higher priority takes over", higher_priority_takes_over},
    Situation{12, "a time slice ends", slice_ends},
    Situation{12, "no thread can run", nobody_runs},
    Situation{12, "several threads use the FPU", several_use_fpu},
    Situation{12, "a thread may not use the FPU, and tries", fpu_is_denied},
    Situation{12, "a thread is deleted that has used the FPU", user_of_fpu_is_deleted},
    Situation{14, "a thread waits to send", some_thread_is<Sending>},
    Situation{14, "a thread waits to receive", some_thread_is<Receiving>},
    Situation{14, "a thread awaits a reply", some_thread_is<AwaitingReply>},
    Situation{14, "several threads wait to send", several_wait_to_send},
    Situation{14, "several threads wait to receive", several_wait_to_receive},
    Situation{14, "a thread is deleted while it waits", waiting_thread_is_deleted},
    Situation{14, "an endpoint is deleted while threads wait", endpoint_dies},
    Situation{14, "Revoke during a call that has not been heard", revoke_ends_a_call},
    Situation{14, "Revoke during a call that is being answered", revoke_voids_a_reply},
    Situation{14, "some sends through an endpoint are cancelled", some_sends_are_cancelled},
    Situation{14, "a reply capability is saved", reply_is_saved},
    Situation{14, "a saved reply capability is used", saved_reply_is_used},
    Situation{14, "nobody can answer a caller any more", caller_is_forgotten},
    Situation{14, "a capability comes with a message", capability_is_transferred},
    Situation{14, "a capability is unwrapped", capability_is_unwrapped},
    Situation{14, "a message is as long as can be", message_is_longest},
    Situation{15, "a thread waits for a signal", some_thread_is<Waiting>},
    Situation{15, "signals add up", signals_add_up},
    Situation{15, "a signal reaches a receiver bound to it", bound_receiver_is_signalled},
    Situation{16, "a cap fault in sending is sent", fault_is_sent<in_sending>},
    Situation{16, "a cap fault in receiving is sent", fault_is_sent<in_receiving>},
    Situation{16, "an unknown system call is sent", fault_is_sent<by_unknown_call>},
    Situation{16, "an exception is sent", fault_is_sent<by_exception>},
    Situation{16, "a fault on data is sent", fault_is_sent<on_data>},
    Situation{16, "a fault on an instruction is sent", fault_is_sent<on_instruction>},
    Situation{16, "a cap fault in sending is answered", fault_is_answered<in_sending>},
    Situation{16, "a cap fault in receiving is answered", fault_is_answered<in_receiving>},
    Situation{16, "an unknown system call is answered", fault_is_answered<by_unknown_call>},
    Situation{16, "an exception is answered", fault_is_answered<by_exception>},
    Situation{16, "a fault on data is answered", fault_is_answered<on_data>},
    Situation{16, "a fault on an instruction is answered", fault_is_answered<on_instruction>},
    Situation{16, "an unknown system call is answered with registers",
              answer_sets_registers<by_unknown_call>},
    Situation{16, "an exception is answered with registers", answer_sets_registers<by_exception>},
    Situation{16, "an unknown system call is answered, and its thread is to stay",
              fault_is_refused<by_unknown_call>},
    Situation{16, "an exception is answered, and its thread is to stay",
              fault_is_refused<by_exception>},
    Situation{16, "a cap fault in sending ends: its thread is resumed",
              faulted_is_resumed<in_sending>},
    Situation{16, "a cap fault in receiving ends: its thread is resumed",
              faulted_is_resumed<in_receiving>},
    Situation{16, "an unknown system call ends: its thread is resumed",
              faulted_is_resumed<by_unknown_call>},
    Situation{16, "an exception ends: its thread is resumed", faulted_is_resumed<by_exception>},
    Situation{16, "a fault on data ends: its thread is resumed", faulted_is_resumed<on_data>},
    Situation{16, "a fault on an instruction ends: its thread is resumed",
              faulted_is_resumed<on_instruction>},
    Situation{16, "a cap fault in sending ends: its thread is suspended",
              faulted_is_suspended<in_sending>},
    Situation{16, "a cap fault in receiving ends: its thread is suspended",
              faulted_is_suspended<in_receiving>},
    Situation{16, "an unknown system call ends: its thread is suspended",
              faulted_is_suspended<by_unknown_call>},
    Situation{16, "an exception ends: its thread is suspended", faulted_is_suspended<by_exception>},
    Situation{16, "a fault on data ends: its thread is suspended", faulted_is_suspended<on_data>},
    Situation{16, "a fault on an instruction ends: its thread is suspended",
              faulted_is_suspended<on_instruction>},
    Situation{16, "a fault has no handler", fault_has_no_handler},
};

} // namespace

void Tally::add(const Moment& moment) {
    ++events_;
    const auto error = moment.outcome.refusal ? moment.outcome.refusal->error : NoError;
    if (const auto called = method(moment)) ++invocations_[{*called, error}];
    if (const auto* call = std::get_if<Call>(&moment.event)) ++calls_[Syscall(call->number)];
    for (const Situation& situation : all_situations) {
        if (situation.since <= chapter && situation.here(moment)) ++sights_[situation.name];
    }
}

bool Tally::succeeded(Method method) const {
    return invocations_.contains({method, NoError});
}

bool Tally::failed_with(Error error) const {
    return std::ranges::any_of(invocations_,
                               [error](const auto& entry) { return entry.first.second == error; });
}

namespace {

std::string name_of(Error error) {
    constexpr std::array names{
        "done",        "InvalidArgument", "InvalidCapability", "IllegalOperation",
        "RangeError",  "AlignmentError",  "FailedLookup",      "TruncatedMessage",
        "DeleteFirst", "RevokeFirst",     "NotEnoughMemory"};
    return names.at(static_cast<std::size_t>(error));
}

std::string name_of(Syscall number) {
    constexpr std::array names{"Call", "ReplyRecv", "Send",  "NBSend",
                               "Recv", "Reply",     "Yield", "NBRecv"};
    const Word index = Word(Syscall::Call) - Word(number);
    return index < names.size() ? names.at(index) : "debug call or unknown";
}

} // namespace

std::string Tally::report() const {
    std::ostringstream out;
    out << events_ << " events\n";
    std::map<std::string, std::size_t> system_calls;
    for (const auto& [number, count] : calls_) {
        system_calls[name_of(number)] += count;
    }
    for (const auto& [name, count] : system_calls) {
        out << std::setw(10) << count << "  " << name << "\n";
    }
    std::optional<Method> last;
    for (const auto& [what, count] : invocations_) {
        if (last != what.first) out << "\n" << std::setw(28) << name_of(what.first) << ":";
        last = what.first;
        out << "  " << name_of(what.second) << " " << count;
    }
    out << "\n\n";
    for (const std::string& name : situations()) {
        const auto found = sights_.find(name);
        out << std::setw(10) << (found == sights_.end() ? 0 : found->second) << "  " << name
            << "\n";
    }
    return out.str();
}

std::vector<std::string> situations() {
    std::vector<std::string> names;
    for (const Situation& situation : all_situations) {
        if (situation.since <= chapter) names.emplace_back(situation.name);
    }
    names.emplace_back(sight::interrupted);
    if (chapter >= 12) names.emplace_back(sight::broken_off);
    return names;
}

} // namespace spec
