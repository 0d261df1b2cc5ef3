#include "syscall/receive.hpp"

#include "ipc/rendezvous.hpp"
#include "object/notification.hpp"

namespace k {

namespace {

/// There is nobody yet who could signal.
void wait_for_signal(Tcb& receiver, bool blocking, Scheduler& scheduler) noexcept {
    if (blocking)
        scheduler.block(receiver, ThreadState::Inactive);
    else
        receiver.context.x[0] = 0;
}

} // namespace

Expected<Ok, CapFault> receive(Tcb& receiver, bool blocking, Scheduler& scheduler) noexcept {
    const u64 cptr = receiver.context.x[0];
    const Capability& cap = K_TRY(find(receiver, cptr))->cap;
    const bool may_read = cap.rights()[Rights::read];
    if (const auto endpoint = cap.as<Endpoint>(); endpoint && may_read)
        receive(scheduler, receiver, *endpoint, blocking);
    else if (cap.as<Notification>() && may_read)
        wait_for_signal(receiver, blocking, scheduler);
    else
        return Unexpected{CapFault{cptr, LookupFailure::missing_capability(0)}};
    return Ok{};
}

} // namespace k
