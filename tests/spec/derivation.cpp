#include "derivation.hpp"

#include <algorithm>

namespace spec {

Capability capability_in(const World& world, SlotName slot) {
    const auto found = world.slots.find(slot);
    return found == world.slots.end() ? NullCap{} : found->second.capability;
}

bool occupied(const World& world, SlotName slot) {
    return world.slots.contains(slot);
}

bool has_children(const World& world, SlotName slot) {
    const auto found = world.slots.find(slot);
    return found != world.slots.end() && !found->second.children.empty();
}

std::size_t holders(const World& world, Name object) {
    const auto count = std::ranges::count_if(world.slots, [object](const auto& entry) {
        return object_of(entry.second.capability) == object;
    });
    return static_cast<std::size_t>(count);
}

void insert_original(World& world, SlotName slot, const Capability& capability,
                     std::optional<SlotName> parent) {
    world.slots[slot] = {capability, true, parent, {}};
    if (!parent) return;
    auto& siblings = world.slots.at(*parent).children;
    siblings.insert(siblings.begin(), slot);
}

namespace {

/// "Exceptions that make a copy an original of its own: a copy of an untyped; an endpoint or
/// notification capability whose Mint changed the badge from 0 to another value."
bool becomes_original(const Capability& source, const Capability& copy) {
    return is<UntypedCap>(copy) || badge_of(source) != badge_of(copy);
}

/// "A copied untyped counts as full in the original; the copy gets the room."
void give_room_away(Capability& capability) {
    if (auto* untyped = std::get_if<UntypedCap>(&capability)) {
        untyped->watermark = Word{1} << untyped->bits;
    }
}

/// "Free space starts at 0 when the untyped has no children at all." What was in it is gone.
void free_if_childless(World& world, Slot& slot) {
    auto* untyped = std::get_if<UntypedCap>(&slot.capability);
    if (untyped == nullptr || !slot.children.empty()) return;
    untyped->watermark = 0;
    const Word end = untyped->address + (Word{1} << untyped->bits);
    world.memory.erase(world.memory.lower_bound(untyped->address), world.memory.lower_bound(end));
}

void rename_child(World& world, const Slot& slot, SlotName from, SlotName to) {
    if (!slot.parent) return;
    std::ranges::replace(world.slots.at(*slot.parent).children, from, to);
}

} // namespace

void insert_copy(World& world, SlotName source, SlotName slot, const Capability& capability) {
    Slot& from = world.slots.at(source);
    const bool original = becomes_original(from.capability, capability);
    if (from.original) {
        insert_original(world, slot, capability, source);
        give_room_away(from.capability);
    } else {
        world.slots[slot] = {capability, original, from.parent, {}};
        if (!from.parent) return;
        auto& siblings = world.slots.at(*from.parent).children;
        siblings.insert(std::next(std::ranges::find(siblings, source)), slot);
    }
    world.slots.at(slot).original = original;
}

void move_capability(World& world, SlotName from, SlotName to) {
    auto node = world.slots.extract(from);
    node.key() = to;
    const Slot& moved = world.slots.insert(std::move(node)).position->second;
    rename_child(world, moved, from, to);
    for (const SlotName child : moved.children) {
        world.slots.at(child).parent = to;
    }
}

Capability take_capability(World& world, SlotName slot) {
    Slot gone = std::move(world.slots.at(slot));
    world.slots.erase(slot);
    for (const SlotName child : gone.children) {
        world.slots.at(child).parent = gone.parent;
    }
    if (!gone.parent) return gone.capability;
    Slot& parent = world.slots.at(*gone.parent);
    const auto place = parent.children.erase(std::ranges::find(parent.children, slot));
    parent.children.insert(place, gone.children.begin(), gone.children.end());
    free_if_childless(world, parent);
    return gone.capability;
}

std::vector<SlotName> descendants(const World& world, SlotName slot) {
    std::vector<SlotName> found;
    std::deque<SlotName> open{slot};
    while (!open.empty()) {
        const auto& children = world.slots.at(open.front()).children;
        found.push_back(open.front());
        open.pop_front();
        open.insert(open.begin(), children.begin(), children.end());
    }
    found.erase(found.begin()); // itself
    return found;
}

} // namespace spec
