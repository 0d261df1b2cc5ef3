#include "invariants/invariants.hpp"
#include "object/cnode.hpp"
#include "object/derivation.hpp"
#include "object/endpoint.hpp"
#include "object/frame.hpp"
#include "object/notification.hpp"
#include "object/page_table.hpp"
#include "object/untyped.hpp"
#include "object/vspace.hpp"
#include "object/zombie.hpp"

namespace k::invariants {

namespace {

/// How much memory a capability is to; 0 if it is to none.
u64 bytes_of(const Capability& cap) noexcept {
    if (const auto untyped = cap.as<Untyped>()) return untyped->bytes();
    if (const auto frame = cap.as<Frame>()) return frame->bytes();
    if (const auto cnode = cap.as<CNode>()) return bit(cnode->size_bits());
    if (const auto zombie = cap.as<Zombie>())
        return zombie->slots().size() == thread_slots ? sizeof(Tcb) : zombie->slots().size_bytes();
    if (cap.as<Tcb>()) return sizeof(Tcb);
    if (cap.as<Endpoint>()) return sizeof(Endpoint);
    if (cap.as<Notification>()) return sizeof(Notification);
    if (cap.as<AsidPool>()) return sizeof(AsidPool);
    return cap.as<PageTable>() || cap.as<VSpace>() ? page_bytes : 0;
}

PhysRange memory_of(const Capability& cap) noexcept {
    const auto zombie = cap.as<Zombie>(); // has the address of the slot that is next
    const PhysAddr begin = zombie ? arch::window.phys(&zombie->first()) : cap.address();
    return {begin, begin + bytes_of(cap)};
}

bool is_aligned(PhysRange memory) noexcept {
    return memory.empty() || memory.begin.raw() % memory.bytes() == 0;
}

/// Whether what is behind an untyped in the list may be its first child.
bool has_given(const Cap<Untyped>& untyped, PhysRange memory) noexcept {
    return untyped.address() <= memory.begin &&
           memory.end <= untyped.address() + untyped.watermark();
}

/// Each object goes right behind its untyped in the list, and lies above those that were there. So
/// from slot to slot of a list addresses descend, but from an untyped into itself. Each object is
/// aligned to its size, so two that overlap lie one in the other; and then somewhere from the one
/// to the other there are neighbours that do not descend.
bool descends(const Slot& slot) noexcept {
    const Slot* const behind = slot.next.get();
    if (behind == nullptr || behind->previous != &slot) return true; // the tree's affair
    const PhysRange memory = memory_of(behind->cap);
    if (memory.empty() || memory.end <= memory_of(slot.cap).begin) return true;
    const auto untyped = slot.cap.as<Untyped>();
    return untyped ? has_given(*untyped, memory) : same_object(slot.cap, behind->cap);
}

/// All behind the slot that is next to be emptied are.
bool is_emptied_from_the_end(const Slot& slot) noexcept {
    const auto zombie = slot.cap.as<Zombie>();
    if (!zombie) return true;
    const auto slots = zombie->slots();
    const auto done = slots.subspan(static_cast<usize>(&zombie->next() - slots.data()) + 1);
    return std::ranges::all_of(done, &Slot::is_empty);
}

/// Each grave is in its place, from the newest on, and there are as many as have been counted.
Verdict graves_are_in_place(const Graveyard& graveyard) noexcept {
    const Slot* grave = graveyard.newest();
    for (u64 left = graveyard.depth(); left != 0; --left) {
        if (grave == nullptr) return {&graveyard, "fewer graves than were counted"};
        const auto zombie = grave->cap.as<Zombie>();
        if (!zombie || &zombie->first() != grave) return {grave, "not a grave"};
        grave = zombie->older();
    }
    if (grave != nullptr) return {grave, "more graves than were counted"};
    return {};
}

} // namespace

Verdict derivation_tree_is_well_formed(const Census& census) noexcept {
    const auto broken = [](const Slot& slot) { return !broken_invariant(slot).empty(); };
    const Slot* const culprit = census.find(broken);
    if (culprit == nullptr) return {};
    return {culprit, broken_invariant(*culprit)};
}

Verdict untyped_memory_is_used_once(const Census& census) noexcept {
    const Slot* const askew =
        census.find([](const Slot& slot) { return !is_aligned(memory_of(slot.cap)); });
    if (askew != nullptr) return {askew, "not aligned to its size"};
    return {census.find([](const Slot& slot) { return !descends(slot); }), "in the wrong place"};
}

Verdict dying_objects_are_in_order(const Census& census) noexcept {
    const Slot* const culprit =
        census.find([](const Slot& slot) { return !is_emptied_from_the_end(slot); });
    if (culprit != nullptr) return {culprit, "not emptied from the end"};
    return graves_are_in_place(census.kernel().graveyard);
}

} // namespace k::invariants
