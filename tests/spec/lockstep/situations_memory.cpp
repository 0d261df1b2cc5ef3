/// \file
/// Situations: capabilities and memory.
#include "cspace.hpp"
#include "situations.hpp"
#include "thread.hpp"

#include <array>

namespace spec {

namespace {

bool cnode_is_full(const Moment& moment) {
    return std::ranges::any_of(moment.after.cnodes, [&](const auto& entry) {
        const auto& slots = moment.after.slots;
        const Word count = Word{1} << entry.second.radix;
        auto slot = slots.lower_bound({entry.first, 0});
        for (Word index = 0; index < count; ++index, ++slot) { // occupied ones stand in a row
            if (slot == slots.end() || slot->first != SlotName{entry.first, index}) return false;
        }
        return true;
    });
}

bool holds_cnode(const World& world, Name holder, Name held) {
    const auto end = world.slots.upper_bound({holder, ~Word{0}});
    return std::any_of(world.slots.lower_bound({holder, 0}), end, [held](const auto& entry) {
        const auto* cnode = std::get_if<CNodeCap>(&entry.second.capability);
        return cnode != nullptr && cnode->cnode == held;
    });
}

/// That of the first thread is left out: it holds everything, itself too.
bool cnode_holds_itself(const Moment& moment) {
    return any_slot(moment, [&](SlotName name, const Capability& held) {
        const auto* cnode = std::get_if<CNodeCap>(&held);
        return cnode != nullptr && cnode->cnode == name.holder &&
               moment.after.cnodes.at(name.holder).radix < 8;
    });
}

bool cnodes_hold_each_other(const Moment& moment) {
    return any_slot(moment, [&](SlotName name, const Capability& held) {
        const auto* cnode = std::get_if<CNodeCap>(&held);
        return cnode != nullptr && name.holder.kind == Kind::CNode && cnode->cnode < name.holder &&
               holds_cnode(moment.after, cnode->cnode, name.holder);
    });
}

bool cnode_has_a_guard(const Moment& moment) {
    return any_slot(moment, [](SlotName name, const Capability& held) {
        const auto* cnode = std::get_if<CNodeCap>(&held);
        return cnode != nullptr && name.index >= 16 && cnode->guard_bits != 0;
    });
}

/// Two families with one name: what belongs to the one must not go with the other.
bool badges_clash(const Moment& moment) {
    std::set<std::pair<Name, Word>> seen;
    return std::ranges::any_of(moment.after.slots, [&](const auto& entry) {
        const auto* endpoint = std::get_if<EndpointCap>(&entry.second.capability);
        return endpoint != nullptr && endpoint->badge != 0 && entry.second.original &&
               !seen.emplace(endpoint->endpoint, endpoint->badge).second;
    });
}

bool untyped_is_used_up(const Moment& moment) {
    const Thread* caller = who_ran(moment);
    if (caller == nullptr || !succeeded(moment, Method::UntypedRetype)) return false;
    const Word cptr = std::get<Call>(moment.event).x[0];
    const Capability now = capability_at(moment.after, *moment.before.running, cptr);
    const auto* untyped = std::get_if<UntypedCap>(&now);
    return untyped != nullptr && untyped->watermark == Word{1} << untyped->bits;
}

bool rotate_exchanges(const Moment& moment) {
    if (!succeeded(moment, Method::CNodeRotate)) return false;
    const auto& call = std::get<Call>(moment.event);
    return call.x[2] == call.buffer.at(buffer::message + 6) &&
           call.x[3] == call.buffer.at(buffer::message + 7) &&
           call.x[0] == call.buffer.at(buffer::caps_or_badges + 1);
}

bool several_spaces_have_pages(const Moment& moment) {
    return std::ranges::count_if(moment.after.vspaces,
                                 [](const auto& entry) { return !entry.second.pages.empty(); }) > 1;
}

/// The capability to it remains, and its thread runs on.
bool runner_loses_address_space(const Moment& moment) {
    const auto& running = moment.after.scheduler.running;
    return moment.before.user_space && !moment.after.user_space &&
           running == moment.before.running && running &&
           occupied(moment.after, slot_of(*running, ThreadSlot::VSpace));
}

bool address_space_is_assigned(const Moment& moment) {
    return succeeded(moment, Method::AsidAssign) && moment.after.pools.size() > 2;
}

constexpr std::array rows{
    Situation{10, "a CNode is full", cnode_is_full},
    Situation{10, "a CNode holds itself", cnode_holds_itself},
    Situation{10, "two CNodes hold each other", cnodes_hold_each_other},
    Situation{10, "a CNode has a guard", cnode_has_a_guard},
    Situation{10, "an untyped is used up", untyped_is_used_up},
    Situation{10, "two badged capabilities have one badge", badges_clash},
    Situation{10, "two capabilities change places", rotate_exchanges},
    Situation{11, "several address spaces have pages", several_spaces_have_pages},
    Situation{11, "an address space is assigned, and there are several pools",
              address_space_is_assigned},
    Situation{11, "the running thread's address space loses its ASID", runner_loses_address_space},
};

} // namespace

std::span<const Situation> memory_situations() {
    return rows;
}

} // namespace spec
