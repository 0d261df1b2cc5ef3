#include "dev/timer.hpp"

#include "arch/timer.hpp"
#include "arch/tlb.hpp"

namespace k::dev::timer {

u64 frequency() noexcept {
    return arch::CntfrqEl0::read().raw();
}

u64 now() noexcept {
    arch::synchronise_context(); // or the core may read it long before its turn
    return arch::CntvctEl0::read().raw();
}

void set_alarm(u64 count) noexcept {
    arch::CntvCvalEl0::write(arch::Plain{count});
    arch::CntvCtlEl0::write(arch::TimerControl{}.with(arch::TimerControl::enable, true));
    arch::synchronise_context(); // the one before begins to be withdrawn; if taken still, it is
                                 // spurious
}

u64 alarm() noexcept {
    return arch::CntvCvalEl0::read().raw();
}

void cancel_alarm() noexcept {
    arch::CntvCtlEl0::write({});
    arch::synchronise_context();
}

u64 microseconds(u64 count) noexcept {
    constexpr u64 million = 1'000'000;
    const u64 hertz = frequency(); // whole seconds apart, or the product would not fit
    return count / hertz * million + count % hertz * million / hertz;
}

} // namespace k::dev::timer
