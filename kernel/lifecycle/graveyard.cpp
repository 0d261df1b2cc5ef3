#include "lifecycle/graveyard.hpp"

#include "base/invariant.hpp"
#include "base/trace.hpp"
#include "ipc/notification.hpp"
#include "ipc/rendezvous.hpp"
#include "lifecycle/kernel_objects.hpp"
#include "lifecycle/thread.hpp"
#include "lifecycle/unmap.hpp"
#include "object/cnode.hpp"
#include "object/derivation.hpp"
#include "object/zombie.hpp"

#include <algorithm>
#include <array>

namespace k {

namespace {

/// Makes the capability in `slot` a zombie if it is the last to an object with slots. A thread
/// stops before it loses any. \return whether it is a zombie now
bool zombify(Slot& slot, KernelObjects& kernel) noexcept {
    const u64 depth = kernel.graveyard.depth();
    if (const auto cnode = slot.cap.as<CNode>(); cnode && is_final(slot)) {
        slot.cap = Cap<Zombie>::make(cnode->slots(), cnode->size_bits(), depth);
    } else if (const auto tcb = slot.cap.as<Tcb>(); tcb && is_final(slot)) {
        end(tcb->thread(), kernel);
        slot.cap = Cap<Zombie>::make(tcb->thread().slots, tcb_bits, depth);
    }
    return slot.cap.type() == CapType::Zombie;
}

/// Whether `slot` holds the zombie of the very object that it is a slot of.
bool holds_its_own(const Slot& slot) noexcept {
    const auto zombie = slot.cap.as<Zombie>();
    return zombie && zombie->covers(slot);
}

/// Takes the zombie in `slot` to the first slot of its own object, whose capability comes out into
/// `slot` in exchange.
/// \return that first slot
Slot& take_home(Slot& slot) noexcept {
    Slot& home = slot.cap.as<Zombie>()->first();
    if (home.is_empty())
        move(slot, home);
    else if (&home != &slot)
        swap(slot, home);
    return home;
}

/// Deletes a capability that is not a zombie.
void part_with(Slot& slot, KernelObjects& kernel) noexcept {
    retire(slot, kernel.asids);
    if (const auto endpoint = slot.cap.as<Endpoint>(); endpoint && is_final(slot))
        dissolve(kernel.scheduler, endpoint->object());
    if (const auto notification = slot.cap.as<Notification>(); notification && is_final(slot))
        dissolve(kernel.scheduler, notification->object());
    remove(slot);
}

/// Takes steps as long as there is something to do, but no further than to the first interrupt.
/// \param next  the slot to work on, nullptr when there is nothing more to do
template <class Next, class Step>
Progress work(Next next, Step step) noexcept {
    Slot* slot = next();
    while (slot != nullptr) {
        step(*slot);
        slot = next();
        if (slot != nullptr && must_yield()) return Progress::Preempted;
    }
    return Progress::Done;
}

} // namespace

Progress Graveyard::erase(Slot& slot, KernelObjects& kernel) noexcept {
    trace::event(trace::Kind::Delete, slot.cap.head().raw(), depth_);
    const auto zombie = slot.cap.as<Zombie>();
    const u64 before = zombie ? std::min(zombie->depth(), depth_) : depth_;
    // The slot may vanish before what hung on it has: when it lies in what dies.
    const auto next = [&] {
        return !slot.is_empty() ? &slot : depth_ > before ? newest_ : nullptr;
    };
    return work(next, [&](Slot& victim) { step(victim, kernel); });
}

Progress Graveyard::revoke(Slot& slot, KernelObjects& kernel) noexcept {
    trace::event(trace::Kind::Revoke, slot.cap.head().raw(), depth_);
    const u64 before = depth_;
    // The slot may be emptied with a CNode that is one of its own descendants: that one is
    // finished.
    Slot* at = nullptr;
    const auto next = [&] {
        if (at == nullptr || at->is_empty()) at = first_descendant(slot);
        return at != nullptr ? at : depth_ > before ? newest_ : nullptr;
    };
    return work(next, [&](Slot& victim) { step(victim, kernel); });
}

/// A step towards emptying `slot`. \pre it is not empty
void Graveyard::step(Slot& slot, KernelObjects& kernel) noexcept {
    const auto zombie = slot.cap.as<Zombie>();
    if (!zombie) return kill(slot, kernel);
    if (holds_its_own(slot) || depth_ > zombie->depth()) return reduce(*newest_, kernel);
    slot.cap = zombie->begun_at(depth_); // graves that were older may have gone since it began
    reduce(slot, kernel);
}

/// Deletes a capability that is not a zombie, unless it becomes one.
void Graveyard::kill(Slot& slot, KernelObjects& kernel) noexcept {
    if (!zombify(slot, kernel)) return part_with(slot, kernel);
    if (holds_its_own(slot)) bury(slot); // nobody else could come back to it
}

/// Takes the object of the zombie in `slot` a step towards its end.
void Graveyard::reduce(Slot& slot, KernelObjects& kernel) noexcept {
    const auto zombie = *slot.cap.as<Zombie>();
    Slot& next = zombie.next();
    if (next.is_empty() && &next != &zombie.first())
        slot.cap = zombie.with_one_slot_less();
    else if (next.is_empty() || &next == &slot)
        finish(slot);
    else if (zombify(next, kernel))
        bury(next);
    else
        part_with(next, kernel);
}

/// \pre `slot` holds a zombie that is not buried
void Graveyard::bury(Slot& slot) noexcept {
    Slot& grave = take_home(slot);
    // The zombie of the CNode that `slot` is in may have lain there. It gets the deeper grave: it
    // was there first, so a deletion may have begun with it, which would otherwise end too early.
    if (&slot != &grave && holds_its_own(slot)) push(take_home(slot));
    push(grave);
}

void Graveyard::push(Slot& grave) noexcept {
    trace::event(trace::Kind::Bury, grave.cap.head().raw(), depth_);
    grave.cap = grave.cap.as<Zombie>()->buried(newest_);
    newest_ = &grave;
    ++depth_;
}

/// The object's slots are empty, but for the zombie's own if it is buried.
void Graveyard::finish(Slot& slot) noexcept {
    if (holds_its_own(slot)) {
        K_ASSERT(&slot == newest_);
        newest_ = slot.cap.as<Zombie>()->older();
        --depth_;
    }
    remove(slot);
}

namespace {

bool is_counted(const Graveyard& graveyard) noexcept {
    return (graveyard.newest() == nullptr) == (graveyard.depth() == 0);
}

bool is_in_its_place(const Graveyard& graveyard) noexcept {
    if (graveyard.newest() == nullptr) return true;
    const auto zombie = graveyard.newest()->cap.as<Zombie>();
    return zombie && &zombie->first() == graveyard.newest();
}

constexpr std::array graveyard_invariants{
    Invariant<Graveyard>{"there is a newest grave if there are graves", is_counted},
    Invariant<Graveyard>{"a grave is the first slot of its own object", is_in_its_place},
};

} // namespace

void check_every_invariant(const Graveyard& graveyard) noexcept {
    check_invariants<Graveyard>(graveyard, graveyard_invariants);
}

} // namespace k
