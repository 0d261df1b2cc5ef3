#include "invariants/invariants.hpp"

#include "base/panic.hpp"
#include "object/derivation.hpp"
#include "object/notification.hpp"
#include "state/kernel_state.hpp"

#include <array>

namespace k {

namespace {

constexpr unsigned image_alignment_bits = 21; // 2 MiB, by the boot protocol

constexpr std::array image_invariants{
    Invariant<Range<PhysAddr>>{
        "the image starts where firmware may put it",
        [](const auto& image) noexcept { return image.begin.aligned(image_alignment_bits); }},
    Invariant<Range<PhysAddr>>{"the image has a beginning and an end",
                               [](const auto& image) noexcept { return image.begin < image.end; }},
};

constexpr std::array state_invariants{
    Invariant<KernelState>{"every tick has a latency",
                           [](const auto& state) noexcept {
                               return !state.cycles || state.latency.total() == state.ticks.count();
                           }},
    Invariant<KernelState>{"the current thread has no fault",
                           [](const auto& state) noexcept {
                               const Tcb* const current = state.objects.scheduler.current();
                               return current == nullptr || !current->has_fault();
                           }},
    Invariant<KernelState>{"a notification knows the thread that it is bound to",
                           [](const auto& state) noexcept {
                               const Tcb* const current = state.objects.scheduler.current();
                               if (current == nullptr || current->notification == nullptr)
                                   return true;
                               return current->notification->bound() == current;
                           }},
    Invariant<KernelState>{"the current thread runs at EL0 and can be interrupted",
                           [](const auto& state) noexcept {
                               using arch::Spsr;
                               const Tcb* const current = state.objects.scheduler.current();
                               if (current == nullptr) return true;
                               const Spsr pstate = current->context.pstate;
                               return pstate[Spsr::mode] == 0 && !pstate[Spsr::irq_masked];
                           }},
};

} // namespace

void check_everything_in_time(KernelState& state) noexcept {
    if (state.census_every == 0 || ++state.since_census < state.census_every) return;
    state.since_census = 0;
    if (!invariants::check_everything(state.objects))
        panic("invariants: a census has no room for all that there is");
}

void check_every_invariant(const KernelState& state) noexcept {
    check_invariants<Range<PhysAddr>>(state.image, image_invariants);
    check_invariants<KernelState>(state, state_invariants);
    check_every_invariant(state.objects.graveyard);
    check_every_invariant(state.objects.scheduler);
    if (state.objects.scheduler.current() == nullptr) return;
    for (const Slot& slot : state.objects.scheduler.current()->slots)
        check_every_invariant(slot);
}

} // namespace k
