/// \file
/// The methods of CNodes. SEMANTICS 4 "Capability spaces"; seL4 manual, "Capability Spaces".
#include "cspace.hpp"
#include "derivation.hpp"
#include "endpoint.hpp"
#include "invocation.hpp"
#include "lifecycle.hpp"

namespace spec {

namespace {

SlotName only_slot(const World& world, const Invocation& call, const CNodeCap& root) {
    call.needs(2);
    return target(world, root, call.words[0], call.words[1], false);
}

void cancel_badged_sends(World& world, SlotName slot) {
    const Capability found = capability_in(world, slot);
    const auto* endpoint = std::get_if<EndpointCap>(&found);
    if (endpoint == nullptr || endpoint->rights != Rights{}) throw Refusal{IllegalOperation};
    if (endpoint->badge != 0) cancel_sends(world, endpoint->endpoint, endpoint->badge);
}

/// "SaveCaller checks: lookup, DeleteFirst. With no caller it succeeds and stores nothing."
void save_caller(World& world, SlotName slot, Name caller) {
    if (occupied(world, slot)) throw Refusal{DeleteFirst};
    const SlotName reply = slot_of(caller, ThreadSlot::Caller);
    if (occupied(world, reply)) move_capability(world, reply, slot);
}

/// What Copy, Mint, Move and Mutate check first: "length < 2 TM; destination lookup; length < 4 or
/// no source root TM; destination occupied: DeleteFirst; source lookup; source empty; then length".
std::pair<SlotName, SlotName> two_slots(const World& world, const Invocation& call,
                                        const CNodeCap& root, std::size_t words_needed) {
    call.needs(2);
    const SlotName to = target(world, root, call.words[0], call.words[1], false);
    call.needs(4, 1);
    if (occupied(world, to)) throw Refusal{DeleteFirst};
    const Capability source_root = call.arguments[0].capability;
    const SlotName from = target(world, source_root, call.words[2], call.words[3], true);
    if (!occupied(world, from)) throw failed_lookup(true, {MissingCapability, {call.words[3]}});
    call.needs(words_needed);
    return {from, to};
}

/// "Rights are masked first, then Mint's data, then derivation."
void copy(World& world, const Invocation& call, const CNodeCap& root) {
    const bool mint = call.method == Method::CNodeMint;
    const auto [from, to] = two_slots(world, call, root, mint ? 6 : 5);
    Capability made = masked(capability_in(world, from), Rights::from_word(call.words[4]));
    if (mint) made = with_data(world, made, call.words[5]);
    insert_copy(world, from, to, derived(world, from, made));
}

/// "Mutate and Rotate apply data the same way, except that endpoint and notification are always
/// IO."
Capability mutated(const World& world, SlotName slot, Word data) {
    const Capability found = capability_in(world, slot);
    if (is<EndpointCap>(found) || is<NotificationCap>(found)) throw Refusal{IllegalOperation};
    return with_data(world, found, data);
}

void move(World& world, const Invocation& call, const CNodeCap& root) {
    const bool mutate = call.method == Method::CNodeMutate;
    const auto [from, to] = two_slots(world, call, root, mutate ? 5 : 4);
    const Capability moved =
        mutate ? mutated(world, from, call.words[4]) : capability_in(world, from);
    move_capability(world, from, to);
    world.slots.at(to).capability = moved;
}

/// \return source, pivot and destination.
std::array<SlotName, 3> rotated_slots(const World& world, const Invocation& call,
                                      const CNodeCap& root) {
    call.needs(2);
    const SlotName to = target(world, root, call.words[0], call.words[1], false);
    call.needs(8, 2);
    const Capability pivot_root = call.arguments[0].capability;
    const Capability source_root = call.arguments[1].capability;
    const SlotName from = target(world, source_root, call.words[6], call.words[7], true);
    const SlotName pivot = target(world, pivot_root, call.words[3], call.words[4], true);
    if (pivot == from || pivot == to) throw Refusal{IllegalOperation};
    if (from != to && occupied(world, to)) throw Refusal{DeleteFirst};
    if (!occupied(world, from)) throw failed_lookup(true, {MissingCapability, {call.words[7]}});
    if (!occupied(world, pivot)) throw failed_lookup(false, {MissingCapability, {call.words[4]}});
    return {from, pivot, to};
}

/// "Rotate's dest_badge applies to the capability that moves from pivot to destination, pivot_badge
/// to the one from source to pivot." "Destination = source swaps the two."
void rotate(World& world, const Invocation& call, const CNodeCap& root) {
    const auto [from, pivot, to] = rotated_slots(world, call, root);
    const Capability to_pivot = mutated(world, from, call.words[5]);
    const Capability to_destination = mutated(world, pivot, call.words[2]);
    const SlotName aside{{Kind::CNode, ~Word{0}}, 0};
    move_capability(world, from, aside);
    move_capability(world, pivot, to);
    move_capability(world, aside, pivot);
    world.slots.at(pivot).capability = to_pivot;
    world.slots.at(to).capability = to_destination;
}

} // namespace

Words invoke_cnode(World& world, const Invocation& call, const CNodeCap& root) {
    using enum Method;
    const Method method = call.method;
    if (method < CNodeRevoke || method > CNodeSaveCaller) throw Refusal{IllegalOperation};
    if (method == CNodeRevoke) revoke(world, only_slot(world, call, root));
    if (method == CNodeDelete) delete_capability(world, only_slot(world, call, root));
    if (method == CNodeCancelBadgedSends) cancel_badged_sends(world, only_slot(world, call, root));
    if (method == CNodeSaveCaller) save_caller(world, only_slot(world, call, root), call.caller);
    if (method == CNodeCopy || method == CNodeMint) copy(world, call, root);
    if (method == CNodeMove || method == CNodeMutate) move(world, call, root);
    if (method == CNodeRotate) rotate(world, call, root);
    return {};
}

} // namespace spec
