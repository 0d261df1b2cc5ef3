#include "lifecycle/retype.hpp"

#include "arch/cache.hpp"
#include "arch/clear.hpp"
#include "base/trace.hpp"
#include "object/derivation.hpp"

namespace k {

namespace {

Cap<Untyped> untyped_in(const Slot& slot) noexcept {
    return *slot.cap.as<Untyped>();
}

} // namespace

u64 free_begin(const Slot& untyped) noexcept {
    return has_children(untyped) ? untyped_in(untyped).watermark() : 0;
}

/// From the top down: so that at any time all that lies above the watermark is zero, and that is
/// all there is to remember when an interrupt comes in between. The zeros have to reach memory: a
/// program may map it uncached, or tell a device to look there.
Progress reset(Slot& slot) noexcept {
    const auto untyped = untyped_in(slot);
    u64 used = untyped.is_device() ? 0 : untyped.watermark();
    slot.cap = untyped.with_watermark(used);
    while (used != 0) {
        const PhysAddr end = untyped.address() + used;
        const PhysAddr begin = std::max(untyped.address(), (end - 1).align_down(page_bits));
        arch::clear(arch::window.at<void>(begin), end - begin);
        arch::clean_data(VirtRange{arch::window.virt(begin), arch::window.virt(end)});
        used = begin - untyped.address();
        slot.cap = untyped.with_watermark(used);
        if (used != 0 && must_yield()) return Progress::Preempted;
    }
    return Progress::Done;
}

Progress perform(const Retype& plan) noexcept {
    Slot& slot = *plan.untyped;
    if (!has_children(slot) && reset(slot) == Progress::Preempted) return Progress::Preempted;

    const auto untyped = untyped_in(slot);
    trace::event(trace::Kind::Retype, untyped.address().raw(), plan.object_bits, plan.slots.size());
    PhysAddr next = (untyped.address() + untyped.watermark()).align_up(plan.object_bits);
    for (Slot& target : plan.slots) {
        derive(target, plan.kind.make(next, plan.size_bits, untyped.is_device()), slot,
               Birth::Original);
        next = next + bit(plan.object_bits);
    }
    slot.cap = untyped.with_watermark(next - untyped.address());
    return Progress::Done;
}

} // namespace k
