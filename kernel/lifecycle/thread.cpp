#include "lifecycle/thread.hpp"

namespace k {

void suspend(Tcb& thread, KernelObjects& kernel) noexcept {
    kernel.scheduler.suspend(thread);
}

void resume(Tcb& thread, KernelObjects& kernel) noexcept {
    if (thread.state != ThreadState::Running) kernel.scheduler.resume(thread);
}

void end(Tcb& thread, KernelObjects& kernel) noexcept {
    suspend(thread, kernel);
    kernel.fpu.forget(thread);
}

} // namespace k
