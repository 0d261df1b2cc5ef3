#include "lib/tcb.hpp"

namespace user {

Status Tcb::configure(const Surroundings& around, BufferPlace buffer) const noexcept {
    return status_of(seL4_TCB_Configure(cptr(), around.fault_endpoint, around.cspace.cptr(),
                                        around.cspace_data, around.vspace.cptr(), 0, buffer.address,
                                        buffer.frame.cptr()));
}

Status Tcb::set_space(const Surroundings& around) const noexcept {
    return status_of(seL4_TCB_SetSpace(cptr(), around.fault_endpoint, around.cspace.cptr(),
                                       around.cspace_data, around.vspace.cptr(), 0));
}

Status Tcb::set_buffer(BufferPlace buffer) const noexcept {
    return status_of(seL4_TCB_SetIPCBuffer(cptr(), buffer.address, buffer.frame.cptr()));
}

Status Tcb::set_priority(Tcb authority, u64 priority) const noexcept {
    return status_of(seL4_TCB_SetPriority(cptr(), authority.cptr(), priority));
}

Status Tcb::set_maximum_priority(Tcb authority, u64 priority) const noexcept {
    return status_of(seL4_TCB_SetMCPriority(cptr(), authority.cptr(), priority));
}

Status Tcb::set_priorities(Tcb authority, u64 maximum, u64 priority) const noexcept {
    return status_of(seL4_TCB_SetSchedParams(cptr(), authority.cptr(), maximum, priority));
}

Status Tcb::read(seL4_UserContext& registers, u64 count, bool suspend) const noexcept {
    return status_of(
        seL4_TCB_ReadRegisters(cptr(), static_cast<seL4_Bool>(suspend), 0, count, &registers));
}

Status Tcb::write(const seL4_UserContext& registers, u64 count, bool resume) const noexcept {
    return status_of(
        seL4_TCB_WriteRegisters(cptr(), static_cast<seL4_Bool>(resume), 0, count, &registers));
}

Status Tcb::copy_from(Tcb source, RegisterSets sets, bool suspend_source,
                      bool resume) const noexcept {
    return status_of(
        seL4_TCB_CopyRegisters(cptr(), source.cptr(), static_cast<seL4_Bool>(suspend_source),
                               static_cast<seL4_Bool>(resume), static_cast<seL4_Bool>(sets.frame),
                               static_cast<seL4_Bool>(sets.integer), 0));
}

Status Tcb::suspend() const noexcept {
    return status_of(seL4_TCB_Suspend(cptr()));
}

Status Tcb::resume() const noexcept {
    return status_of(seL4_TCB_Resume(cptr()));
}

Status Tcb::bind(Notification notification) const noexcept {
    return status_of(seL4_TCB_BindNotification(cptr(), notification.cptr()));
}

Status Tcb::unbind() const noexcept {
    return status_of(seL4_TCB_UnbindNotification(cptr()));
}

Status Tcb::set_thread_register(u64 value) const noexcept {
    return status_of(seL4_TCB_SetTLSBase(cptr(), value));
}

Result<u64> Tcb::set_flags(u64 clear, u64 set) const noexcept {
    const auto answer = seL4_TCB_SetFlags(cptr(), clear, set);
    K_TRY(status_of(answer.error));
    return answer.flags;
}

} // namespace user
