#include "lifecycle/thread.hpp"

#include "ipc/notification.hpp"
#include "ipc/rendezvous.hpp"

namespace k {

void suspend(Tcb& thread, KernelObjects& kernel) noexcept {
    cancel_wait(thread);
    kernel.scheduler.suspend(thread);
}

void resume(Tcb& thread, KernelObjects& kernel) noexcept {
    if (thread.state == ThreadState::Running) return;
    cancel_wait(thread);
    kernel.scheduler.resume(thread);
}

void end(Tcb& thread, KernelObjects& kernel) noexcept {
    suspend(thread, kernel);
    unbind(thread);
    kernel.fpu.forget(thread);
}

} // namespace k
