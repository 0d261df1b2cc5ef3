#include "syscall/debug.hpp"

#include "base/print.hpp"
#include "syscall/lookup.hpp"

namespace k {

#if K_DEBUG_CALLS

KernelExit debug_put_char(const Tcb& caller) noexcept {
    const auto character = static_cast<char>(caller.context.x[0]);
    Console::write({&character, 1});
    return KernelExit::Resume;
}

KernelExit debug_cap_identify(Tcb& caller) noexcept {
    u64& x0 = caller.context.x[0];
    const auto slot = lookup(caller, x0);
    x0 = static_cast<u64>(slot ? (*slot)->cap.type() : CapType::Null);
    return KernelExit::Resume;
}

KernelExit debug_name_thread() noexcept {
    print("DebugNameThread: not a thread\n");
    return KernelExit::PowerOff;
}

KernelExit debug_snapshot(const KernelState& state) noexcept {
    if (const auto row = state.latency.highest_row())
        print("interrupts waited for up to {} instructions{}\n", Histogram::limit(*row),
              *row + 1 == Histogram::rows ? " and more" : "");
    return KernelExit::Resume;
}

#endif

} // namespace k
