#include "dev/cycle_clock.hpp"

#include "arch/timer.hpp"
#include "arch/tlb.hpp"
#include "base/assert.hpp"
#include "dev/timer.hpp"

namespace k::dev {

bool CycleClock::available() noexcept {
    using arch::DebugFeatures;
    const u64 monitors = arch::Dfr0El1::read()[DebugFeatures::monitors];
    return monitors != 0 && monitors != DebugFeatures::monitors.max;
}

void CycleClock::start() noexcept {
    using arch::MonitorControl;
    arch::PmccfiltrEl0::write({});
    arch::PmcrEl0::write(MonitorControl{}
                             .with(MonitorControl::long_cycles, true)
                             .with(MonitorControl::enable, true));
    arch::PmcntensetEl0::write(arch::MonitorSet{}.with(arch::MonitorSet::cycles, true));
    constexpr u64 distance = 64; // the further, the less does it matter how the edges were hit
    edge_ = next_edge();
    Edge later = next_edge();
    while (later.count - edge_.count < distance)
        later = next_edge();
    K_ASSERT(later.cycles != edge_.cycles); // or who waits for cycles to pass waits for ever
    const u64 counts = later.count - edge_.count;
    cycles_per_count_ = (later.cycles - edge_.cycles + counts / 2) / counts;
}

u64 CycleClock::now() noexcept {
    arch::synchronise_context();
    return arch::PmccntrEl0::read().raw();
}

CycleClock::Edge CycleClock::next_edge() noexcept {
    const u64 before = timer::now();
    u64 count = before;
    while (count == before)
        count = timer::now();
    return {count, now()};
}

} // namespace k::dev
