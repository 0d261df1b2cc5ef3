#include "invariants/census.hpp"

#include "object/cnode.hpp"
#include "object/untyped.hpp"
#include "object/zombie.hpp"

namespace k::invariants {

namespace {

/// Whether a slot is the head of a list, or pretends to follow one that knows nothing of it.
bool begins(const Slot& slot) noexcept {
    return slot.previous == nullptr || slot.previous->next.get() != &slot;
}

} // namespace

void Census::take(const KernelObjects& kernel) noexcept {
    kernel_ = &kernel;
    slots_.clear();
    holders_.clear();
    is_complete_ = true;
    add_holder(kernel.initial_cspace);
    for (usize i = 0; is_complete_ && i < holders_.size(); ++i) // others join them behind
        for (const Slot& slot : holders_.items()[i])
            if (!slot.is_empty() && begins(slot)) add_list(slot);
}

/// Follows a list as far as neighbours agree, so that it has an end in any case.
void Census::add_list(const Slot& head) noexcept {
    const Slot* before = head.previous;
    for (const Slot* slot = &head; slot != nullptr && slot->previous == before && is_complete_;
         slot = slot->next.get()) {
        if (!slots_.push_back(slot)) is_complete_ = false;
        add_holder(slot->cap);
        before = slot;
    }
}

void Census::add_holder(const Capability& cap) noexcept {
    if (const auto cnode = cap.as<CNode>()) return add_holder(cnode->slots());
    if (const auto thread = cap.as<Tcb>()) return add_holder(thread->thread().slots);
    if (const auto zombie = cap.as<Zombie>()) return add_holder(zombie->slots());
}

void Census::add_holder(Slots slots) noexcept {
    const bool known = std::ranges::any_of(
        holders_.items(), [&](const Slots& other) { return other.data() == slots.data(); });
    if (!known && !holders_.push_back(slots)) is_complete_ = false;
}

bool Census::can_be_used(PhysAddr address) const noexcept {
    return find([&](const Slot& slot) {
               const auto untyped = slot.cap.as<Untyped>();
               return untyped && untyped->range().contains(address);
           }) != nullptr;
}

} // namespace k::invariants
