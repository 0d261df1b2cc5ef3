#include "syscall/receive.hpp"

#include "ipc/notification.hpp"
#include "ipc/rendezvous.hpp"

namespace k {

namespace {

Unexpected<CapFault> fail(u64 cptr, const LookupFailure& failure) noexcept {
    return {{.cptr = cptr, .failure = failure, .receiving = true}};
}

/// A bound notification is there for its thread alone.
bool is_anothers(const Notification& notification, const Tcb& receiver) noexcept {
    return notification.bound() != nullptr && notification.bound() != &receiver;
}

} // namespace

Expected<Ok, CapFault> receive(Tcb& receiver, bool blocking, Scheduler& scheduler) noexcept {
    const u64 cptr = receiver.context.x[0];
    const auto slot = lookup(receiver, cptr);
    if (!slot) return fail(cptr, slot.error());
    const Capability& cap = (*slot)->cap;
    const bool may_read = cap.rights()[Rights::read];
    const auto notification = cap.as<Notification>();
    if (const auto endpoint = cap.as<Endpoint>(); endpoint && may_read)
        receive(scheduler, receiver, *endpoint, blocking);
    else if (notification && may_read && !is_anothers(notification->object(), receiver))
        await_signal(scheduler, receiver, *notification, blocking);
    else
        return fail(cptr, LookupFailure::missing_capability(0));
    return Ok{};
}

} // namespace k
