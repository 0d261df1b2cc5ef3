/// \file
/// Situations: faults of each kind, and the ways in which they end.
#include "message.hpp"
#include "situations.hpp"

#include <array>

namespace spec {

namespace {

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

constexpr std::array rows{
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

std::span<const Situation> faults_situations() {
    return rows;
}

} // namespace spec
