#include "invariants.hpp"

#include "derivation.hpp"
#include "thread.hpp"
#include "vspace.hpp"

#include <algorithm>
#include <set>

namespace spec {

namespace {

bool all_slots(const World& world, auto holds) {
    return std::ranges::all_of(world.slots,
                               [&](const auto& entry) { return holds(entry.first, entry.second); });
}

bool all_threads(const World& world, auto holds) {
    return std::ranges::all_of(world.threads,
                               [&](const auto& entry) { return holds(entry.first, entry.second); });
}

bool tree_is_well_formed(const World& world) {
    return all_slots(world, [&](SlotName name, const Slot& slot) {
        std::set<SlotName> above{name};
        for (auto next = slot.parent; next; next = world.slots.at(*next).parent) {
            if (!occupied(world, *next) || !above.insert(*next).second) return false;
        }
        return !slot.parent || std::ranges::count(world.slots.at(*slot.parent).children, name) == 1;
    });
}

bool children_know_their_parent(const World& world) {
    return all_slots(world, [&](SlotName name, const Slot& slot) {
        return std::ranges::all_of(slot.children, [&](SlotName child) {
            return occupied(world, child) && world.slots.at(child).parent == name;
        });
    });
}

/// "Untyped: parent of …"; originals: "a copy of an original is its child".
bool only_originals_have_children(const World& world) {
    return all_slots(
        world, [](SlotName, const Slot& slot) { return slot.original || slot.children.empty(); });
}

struct Range {
    Word address = 0;
    Word end = 0;

    auto operator<=>(const Range&) const = default;
};

/// The memory that a capability speaks for.
std::optional<Range> range_of(const World& world, const Capability& capability) {
    const auto range = [](Word address, Word bits) {
        return Range{address, address + (Word{1} << bits)};
    };
    if (const auto* untyped = std::get_if<UntypedCap>(&capability)) {
        return range(untyped->address, untyped->bits);
    }
    if (const auto* frame = std::get_if<FrameCap>(&capability)) {
        return range(frame->address, frame->bits);
    }
    const auto object = object_of(capability);
    if (!object) return std::nullopt;
    switch (object->kind) {
    case Kind::CNode: return range(object->address, world.cnodes.at(*object).radix + 5);
    case Kind::Thread: return range(object->address, 11);
    case Kind::Endpoint: return range(object->address, 4);
    case Kind::Notification: return range(object->address, 5);
    case Kind::PageTable:
    case Kind::VSpace:
    case Kind::AsidPool: return range(object->address, 12);
    case Kind::Interrupt: break;
    }
    return std::nullopt;
}

/// What is made from untyped memory lies below its watermark, and no two different things overlap.
bool untyped_memory_is_used_once(const World& world) {
    return all_slots(world, [&](SlotName, const Slot& slot) {
        const auto* untyped = std::get_if<UntypedCap>(&slot.capability);
        if (untyped == nullptr) return true;
        std::set<Range> parts;
        for (const SlotName child : slot.children) {
            const auto part = range_of(world, world.slots.at(child).capability);
            if (!part || part->address < untyped->address ||
                part->end > untyped->address + untyped->watermark) {
                return false;
            }
            parts.insert(*part);
        }
        return std::ranges::adjacent_find(
                   parts, [](const Range& a, const Range& b) { return a.end > b.address; }) ==
                   parts.end() &&
               (!slot.children.empty() || untyped->watermark == 0);
    });
}

bool object_exists(const World& world, Name name) {
    switch (name.kind) {
    case Kind::CNode: return world.cnodes.contains(name);
    case Kind::Thread: return world.threads.contains(name);
    case Kind::Endpoint: return world.endpoints.contains(name);
    case Kind::Notification: return world.notifications.contains(name);
    case Kind::PageTable: return true; // has no state
    case Kind::VSpace: return world.vspaces.contains(name);
    case Kind::AsidPool: return world.pools.contains(name);
    case Kind::Interrupt: return world.interrupts.contains(name);
    }
    return false;
}

bool capabilities_have_objects(const World& world) {
    return all_slots(world, [&](SlotName, const Slot& slot) {
        const auto object = object_of(slot.capability);
        return !object || object_exists(world, *object);
    });
}

bool objects_have_capabilities(const World& world) {
    std::set<Name> held;
    for (const auto& [name, slot] : world.slots) {
        if (const auto object = object_of(slot.capability)) held.insert(*object);
    }
    const auto all_held = [&](const auto& objects) {
        return std::ranges::all_of(objects,
                                   [&](const auto& entry) { return held.contains(entry.first); });
    };
    return all_held(world.cnodes) && all_held(world.threads) && all_held(world.endpoints) &&
           all_held(world.notifications) && all_held(world.vspaces) && all_held(world.pools) &&
           all_held(world.interrupts);
}

bool fits_thread_slot(ThreadSlot slot, const Capability& capability) {
    switch (slot) {
    case ThreadSlot::CSpace: return is<CNodeCap>(capability);
    case ThreadSlot::VSpace: return is<VSpaceCap>(capability);
    case ThreadSlot::Buffer: return is<FrameCap>(capability);
    case ThreadSlot::Caller: return is<ReplyCap>(capability);
    }
    return false;
}

bool slots_hold_what_fits(const World& world) {
    return all_slots(world, [&](SlotName name, const Slot& slot) {
        const Kind kind = name.holder.kind;
        if (!object_exists(world, name.holder)) return false;
        if (kind == Kind::CNode) {
            return name.index >> world.cnodes.at(name.holder).radix == 0 &&
                   !is<NullCap>(slot.capability);
        }
        if (kind == Kind::Interrupt) return name.index == 0 && is<NotificationCap>(slot.capability);
        return kind == Kind::Thread && fits_thread_slot(ThreadSlot(name.index), slot.capability);
    });
}

/// Each thread in the queue is in the state that the queue is for, and none is in it twice.
template <typename Expected>
bool queue_agrees(const World& world, const std::deque<Name>& queue, Name object,
                  Name Expected::*member) {
    const std::set<Name> once(queue.begin(), queue.end());
    return once.size() == queue.size() && std::ranges::all_of(queue, [&](Name thread) {
               const auto* state = std::get_if<Expected>(&world.threads.at(thread).state);
               return state != nullptr && state->*member == object;
           });
}

bool queues_agree_with_states(const World& world) {
    std::size_t queued = 0;
    for (const auto& [name, endpoint] : world.endpoints) {
        queued += endpoint.senders.size() + endpoint.receivers.size();
        if (!endpoint.senders.empty() && !endpoint.receivers.empty()) return false;
        if (!queue_agrees(world, endpoint.senders, name, &Sending::endpoint) ||
            !queue_agrees(world, endpoint.receivers, name, &Receiving::endpoint)) {
            return false;
        }
    }
    for (const auto& [name, notification] : world.notifications) {
        queued += notification.waiters.size();
        if (!queue_agrees(world, notification.waiters, name, &Waiting::notification)) return false;
    }
    const auto waits = [](const auto& entry) {
        const State& state = entry.second.state;
        return std::holds_alternative<Sending>(state) || std::holds_alternative<Waiting>(state) ||
               std::holds_alternative<Receiving>(state);
    };
    return std::ranges::count_if(world.threads, waits) == static_cast<std::ptrdiff_t>(queued);
}

bool signals_are_pending_or_awaited(const World& world) {
    return std::ranges::all_of(world.notifications, [](const auto& entry) {
        const Notification& notification = entry.second;
        return notification.active ? notification.waiters.empty() : notification.pending == 0;
    });
}

bool bindings_are_mutual(const World& world) {
    return std::ranges::all_of(world.notifications,
                               [&](const auto& entry) {
                                   const auto& bound = entry.second.bound;
                                   return !bound ||
                                          world.threads.at(*bound).notification == entry.first;
                               }) &&
           all_threads(world, [&](Name name, const Thread& thread) {
               return !thread.notification ||
                      world.notifications.at(*thread.notification).bound == name;
           });
}

bool ready_queues_hold_the_runnable(const World& world) {
    std::size_t ready = world.scheduler.running ? 1 : 0;
    for (const auto& [priority, queue] : world.scheduler.ready) {
        const std::set<Name> once(queue.begin(), queue.end());
        ready += queue.size();
        if (queue.empty() || once.size() != queue.size()) return false;
        for (const Name name : queue) {
            if (!runnable(world, name) || world.threads.at(name).priority != priority ||
                name == world.scheduler.running) {
                return false;
            }
        }
    }
    return std::ranges::count_if(world.threads, [&](const auto& entry) {
               return runnable(world, entry.first);
           }) == static_cast<std::ptrdiff_t>(ready);
}

bool the_highest_runs(const World& world) {
    const auto& [running, ready, domains, first] = world.scheduler;
    if (!running) return ready.empty();
    return runnable(world, *running) &&
           (ready.empty() || ready.rbegin()->first <= world.threads.at(*running).priority);
}

bool replies_are_unique_and_awaited(const World& world) {
    std::set<Name> callers;
    return all_slots(world, [&](SlotName, const Slot& slot) {
        const auto* reply = std::get_if<ReplyCap>(&slot.capability);
        if (reply == nullptr) return true;
        return callers.insert(reply->caller).second && !slot.parent && slot.children.empty() &&
               std::holds_alternative<AwaitingReply>(world.threads.at(reply->caller).state);
    });
}

bool faults_wait_for_a_handler(const World& world) {
    return all_threads(world, [](Name, const Thread& thread) {
        const auto* sending = std::get_if<Sending>(&thread.state);
        return !thread.fault || std::holds_alternative<AwaitingReply>(thread.state) ||
               (sending != nullptr && sending->call);
    });
}

/// A capability that says that it maps \p address in \p vspace, and what \p fits says.
bool some_capability_maps(const World& world, Name vspace, Word address, auto fits) {
    return std::ranges::any_of(world.slots, [&](const auto& entry) {
        const std::optional<Mapping> mapping = fits(entry.second.capability);
        return mapping && mapping->address == address && vspace_of(world, mapping->asid) == vspace;
    });
}

bool page_is_backed(const World& world, Name vspace, Word address, const Page& page) {
    return some_capability_maps(world, vspace, address, [&](const Capability& capability) {
        const auto* frame = std::get_if<FrameCap>(&capability);
        const bool same =
            frame != nullptr && frame->address == page.frame && frame->bits == page.bits;
        return same ? frame->mapping : std::nullopt;
    });
}

bool table_is_backed(const World& world, Name vspace, Word address, Name table) {
    return some_capability_maps(world, vspace, address, [&](const Capability& capability) {
        const auto* held = std::get_if<PageTableCap>(&capability);
        return held != nullptr && held->table == table ? held->mapping : std::nullopt;
    });
}

bool live_mappings_are_backed(const World& world) {
    for (const auto& [pool, content] : world.pools) {
        for (const auto& [entry, name] : content.vspaces) {
            const VSpace& vspace = world.vspaces.at(name);
            for (const auto& [address, page] : vspace.pages) {
                if (!page_is_backed(world, name, address, page)) return false;
            }
            for (const auto& [place, table] : vspace.tables) {
                if (!table_is_backed(world, name, place.second, table)) return false;
            }
        }
    }
    return true;
}

bool nothing_is_left_of_the_event(const World& world) {
    return world.present == Present{};
}

constexpr std::array all_invariants{
    Invariant{"the derivation tree is well formed", tree_is_well_formed},
    Invariant{"children know their parent", children_know_their_parent},
    Invariant{"only originals have children", only_originals_have_children},
    Invariant{"untyped memory is used once", untyped_memory_is_used_once},
    Invariant{"capabilities have objects", capabilities_have_objects},
    Invariant{"objects have capabilities", objects_have_capabilities},
    Invariant{"slots hold what fits", slots_hold_what_fits},
    Invariant{"queues agree with states", queues_agree_with_states},
    Invariant{"signals are pending or awaited", signals_are_pending_or_awaited},
    Invariant{"bindings are mutual", bindings_are_mutual},
    Invariant{"ready queues hold the runnable", ready_queues_hold_the_runnable},
    Invariant{"the highest runs", the_highest_runs},
    Invariant{"replies are unique and awaited", replies_are_unique_and_awaited},
    Invariant{"faults wait for a handler", faults_wait_for_a_handler},
    Invariant{"live mappings are backed", live_mappings_are_backed},
    Invariant{"nothing is left of the event", nothing_is_left_of_the_event},
};

} // namespace

std::span<const Invariant> invariants() {
    return all_invariants;
}

std::string violations(const World& world) {
    std::string broken;
    for (const auto& [name, holds] : all_invariants) {
        if (!holds(world)) broken += std::string(name) + "\n";
    }
    return broken;
}

} // namespace spec
