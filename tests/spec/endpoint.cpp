#include "endpoint.hpp"

#include "derivation.hpp"
#include "fault.hpp"
#include "message.hpp"
#include "notification.hpp"
#include "schedule.hpp"
#include "thread.hpp"

#include <algorithm>

namespace spec {

namespace {

/// "Once the message is received the caller blocks on the reply, and a reply capability goes to the
/// receiver's caller slot. With neither right … the caller becomes inactive."
void await_reply(World& world, Name caller, const Sending& terms, Name receiver, bool reply_grant) {
    const bool answerable = terms.grant || terms.grant_reply;
    Thread& thread = world.threads.at(caller);
    thread.state = answerable ? State{AwaitingReply{}} : State{Inactive{}};
    if (!answerable) return;
    insert_original(world, slot_of(receiver, ThreadSlot::Caller), ReplyCap{caller, reply_grant},
                    std::nullopt);
}

void pass(World& world, Name sender, const Sending& terms, Name receiver) {
    transfer(world, sender, receiver, {terms.endpoint, terms.badge, terms.grant});
}

} // namespace

void send(World& world, Name sender, const Sending& terms, bool blocking) {
    Endpoint& endpoint = world.endpoints.at(terms.endpoint);
    if (endpoint.receivers.empty()) {
        if (!blocking) return;
        world.threads.at(sender).state = terms;
        endpoint.senders.push_back(sender);
        return;
    }
    const Name receiver = endpoint.receivers.front();
    endpoint.receivers.pop_front();
    const bool reply_grant = std::get<Receiving>(world.threads.at(receiver).state).grant;
    pass(world, sender, terms, receiver);
    world.threads.at(receiver).state = Runnable{};
    wake(world, receiver);
    if (terms.call) await_reply(world, sender, terms, receiver, reply_grant);
}

void receive(World& world, Name receiver, const EndpointCap& through, bool blocking) {
    const SlotName caller_slot = slot_of(receiver, ThreadSlot::Caller);
    if (occupied(world, caller_slot)) take_capability(world, caller_slot);
    if (take_bound_signal(world, receiver)) return;
    Endpoint& endpoint = world.endpoints.at(through.endpoint);
    if (endpoint.senders.empty()) {
        if (!blocking) {
            x_register(world, receiver, 0) = 0;
            return;
        }
        world.threads.at(receiver).state = Receiving{through.endpoint, through.rights.grant};
        endpoint.receivers.push_back(receiver);
        return;
    }
    const Name sender = endpoint.senders.front();
    endpoint.senders.pop_front();
    const Sending terms = std::get<Sending>(world.threads.at(sender).state);
    pass(world, sender, terms, receiver);
    if (terms.call) {
        await_reply(world, sender, terms, receiver, through.rights.grant);
    } else {
        world.threads.at(sender).state = Runnable{};
        wake(world, sender);
    }
}

void reply(World& world, Name replier, SlotName slot) {
    const auto right = std::get<ReplyCap>(capability_in(world, slot));
    Thread& caller = world.threads.at(right.caller);
    if (caller.fault) {
        take_capability(world, slot);
        answer_fault(world, right.caller, replier);
        return;
    }
    transfer(world, replier, right.caller, {std::nullopt, 0, right.grant});
    take_capability(world, slot);
    caller.state = Runnable{};
    wake(world, right.caller);
}

void cancel_sends(World& world, Name name, Word badge) {
    Endpoint& endpoint = world.endpoints.at(name);
    for (const Name sender : std::exchange(endpoint.senders, {})) {
        if (std::get<Sending>(world.threads.at(sender).state).badge == badge) {
            repeat(world, sender);
        } else {
            endpoint.senders.push_back(sender);
        }
    }
}

void destroy_endpoint(World& world, Name name) {
    const Endpoint gone = world.endpoints.at(name);
    world.endpoints.erase(name);
    for (const Name thread : gone.senders.empty() ? gone.receivers : gone.senders) {
        repeat(world, thread);
    }
}

} // namespace spec
