/// \file
/// Situations: messages and signals.
#include "message.hpp"
#include "situations.hpp"
#include "thread.hpp"

#include <array>

namespace spec {

namespace {

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

constexpr std::array rows{
    Situation{14, "a thread waits to send", some_thread_is<Sending>},
    Situation{14, "a thread waits to receive", some_thread_is<Receiving>},
    Situation{14, "a thread awaits a reply", some_thread_is<AwaitingReply>},
    Situation{14, "several threads wait to send", several_wait_to_send},
    Situation{14, "several threads wait to receive", several_wait_to_receive},
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
};

} // namespace

std::span<const Situation> messages_situations() {
    return rows;
}

} // namespace spec
