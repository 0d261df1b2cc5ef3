#include "object/derivation.hpp"

#include "base/invariant.hpp"
#include "object/badged.hpp"
#include "object/reply.hpp"
#include "object/untyped.hpp"
#include "object/zombie.hpp"

#include <array>

namespace k {

void plant(Slot& slot, const Capability& cap) noexcept {
    K_ASSERT(slot.is_empty() && !cap.is_null());
    slot = {.cap = cap, .previous = nullptr, .next = {nullptr, Slot::Original}};
}

void derive(Slot& slot, const Capability& cap, Slot& source, Birth birth) noexcept {
    K_ASSERT(slot.is_empty() && !cap.is_null() && !source.is_empty());
    Slot* const behind = source.next.get();
    slot = {.cap = cap, .previous = &source, .next = {behind, static_cast<u64>(birth)}};
    source.next.set(&slot);
    if (behind != nullptr) behind->previous = &slot;
}

void move(Slot& from, Slot& to) noexcept {
    K_ASSERT(!from.is_empty() && to.is_empty());
    to = from;
    if (to.previous != nullptr) to.previous->next.set(&to);
    if (Slot* const behind = to.next.get(); behind != nullptr) behind->previous = &to;
    from = {};
}

void swap(Slot& a, Slot& b) noexcept {
    Slot between;
    move(a, between);
    move(b, a);
    move(between, b);
}

namespace {

bool same_badge(const Capability& a, const Capability& b) noexcept {
    return same_object(a, b) && badge_of(a) == badge_of(b);
}

} // namespace

void remove(Slot& slot) noexcept {
    Slot* const behind = slot.next.get();
    // The copies are now headed by the first of them. Otherwise they would all look like copies of
    // an earlier capability that happens to have the same badge.
    if (slot.has(Slot::FirstBadged) && behind != nullptr && same_badge(slot.cap, behind->cap))
        behind->next.set_flags(behind->next.flags() | Slot::FirstBadged);
    if (slot.previous != nullptr) slot.previous->next.set(behind);
    if (behind != nullptr) behind->previous = slot.previous;
    slot = {};
}

bool is_parent(const Slot& a, const Slot& b) noexcept {
    if (!a.has(Slot::Original)) return false;
    // Objects never overlap, so one that begins within an untyped's range lies in it. (What lies in
    // it and contains it is an untyped of the same range, made from the other one in the list.)
    if (const auto untyped = a.cap.as<Untyped>()) return untyped->range().contains(b.cap.address());
    if (badge_of(a.cap) == 0) return same_object(a.cap, b.cap);
    return same_badge(a.cap, b.cap) && !b.has(Slot::FirstBadged);
}

Slot* first_descendant(const Slot& slot) noexcept {
    Slot* const behind = slot.next.get();
    return behind != nullptr && is_parent(slot, *behind) ? behind : nullptr;
}

bool is_final(const Slot& slot) noexcept {
    const auto shares = [&](const Slot* other) {
        return other != nullptr && same_object(slot.cap, other->cap);
    };
    return !shares(slot.previous) && !shares(slot.next.get());
}

namespace {

bool neighbours_agree(const Slot& slot) noexcept {
    const Slot* const behind = slot.next.get();
    return (slot.previous == nullptr || slot.previous->next.get() == &slot) &&
           (behind == nullptr || behind->previous == &slot);
}

bool empty_is_unlinked(const Slot& slot) noexcept {
    const bool linked = slot.previous != nullptr || slot.next.get() != nullptr;
    return !slot.is_empty() || (!linked && slot.next.flags() == 0);
}

bool objects_lie_below_watermark(const Slot& slot) noexcept {
    const auto untyped = slot.cap.as<Untyped>();
    const Slot* const object = first_descendant(slot);
    return !untyped || object == nullptr ||
           object->cap.address() < untyped->address() + untyped->watermark();
}

bool dies_from_the_end(const Slot& slot) noexcept {
    const auto zombie = slot.cap.as<Zombie>();
    if (!zombie) return true;
    const auto slots = zombie->slots();
    const auto behind = static_cast<usize>(&zombie->next() - slots.data()) + 1;
    return behind == slots.size() || slots[behind].is_empty();
}

bool caller_waits(const Slot& slot) noexcept {
    const auto reply = slot.cap.as<Reply>();
    return !reply || reply->caller().state == ThreadState::BlockedOnReply;
}

constexpr std::array slot_invariants{
    Invariant<Slot>{"neighbours in the derivation list know each other", neighbours_agree},
    Invariant<Slot>{"an empty slot is in no list", empty_is_unlinked},
    Invariant<Slot>{"objects lie below the watermark of their untyped",
                    objects_lie_below_watermark},
    Invariant<Slot>{"who can be answered waits for an answer", caller_waits},
    Invariant<Slot>{"a dying object's slots are emptied from the end", dies_from_the_end},
};

} // namespace

std::string_view broken_invariant(const Slot& slot) noexcept {
    return broken_invariant<Slot>(slot, slot_invariants);
}

void check_every_invariant(const Slot& slot) noexcept {
    check_invariants<Slot>(slot, slot_invariants);
}

} // namespace k
