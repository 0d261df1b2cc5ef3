#include "moment.hpp"

#include "cspace.hpp"
#include "thread.hpp"

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

const Thread* who_ran(const Moment& moment) {
    const auto found = moment.after.threads.find(moment.before.running.value_or(Name{}));
    return found == moment.after.threads.end() ? nullptr : &found->second;
}

} // namespace spec
