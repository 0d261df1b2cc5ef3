#include "capability.hpp"

#include "derivation.hpp"
#include "refusal.hpp"
#include "world.hpp"

#include <algorithm>

namespace spec {

Rights Rights::from_word(Word word) {
    return {.write = (word & 1) != 0,
            .read = (word & 2) != 0,
            .grant = (word & 4) != 0,
            .grant_reply = (word & 8) != 0};
}

std::optional<Name> object_of(const Capability& capability) {
    if (const auto* cnode = std::get_if<CNodeCap>(&capability)) return cnode->cnode;
    if (const auto* thread = std::get_if<ThreadCap>(&capability)) return thread->thread;
    if (const auto* endpoint = std::get_if<EndpointCap>(&capability)) return endpoint->endpoint;
    if (const auto* signal = std::get_if<NotificationCap>(&capability)) return signal->notification;
    if (const auto* table = std::get_if<PageTableCap>(&capability)) return table->table;
    if (const auto* vspace = std::get_if<VSpaceCap>(&capability)) return vspace->vspace;
    if (const auto* pool = std::get_if<AsidPoolCap>(&capability)) return pool->pool;
    if (const auto* handler = std::get_if<IrqHandlerCap>(&capability)) return handler->interrupt;
    return std::nullopt;
}

namespace {

Rights both(Rights a, Rights b) {
    return {.write = a.write && b.write,
            .read = a.read && b.read,
            .grant = a.grant && b.grant,
            .grant_reply = a.grant_reply && b.grant_reply};
}

/// "Endpoint or notification: sets the badge if the capability has badge 0, else IO."
void set_badge(Word& badge, Word data) {
    if (badge != 0) throw Refusal{IllegalOperation};
    badge = data;
}

/// "CNode: always replaces guard and guard size; IO if guard size + radix > 64."
void set_guard(CNodeCap& capability, Word radix, Word data) {
    const Word bits = data & low_bits(6);
    if (bits + radix > 64) throw Refusal{IllegalOperation};
    capability.guard_bits = bits;
    capability.guard = (data >> 6) & low_bits(bits);
}

} // namespace

Access masked(Access access, Rights rights) {
    if (!rights.read) return Access::None;
    return rights.write ? access : std::min(access, Access::ReadOnly);
}

Capability masked(Capability capability, Rights rights) {
    if (auto* endpoint = std::get_if<EndpointCap>(&capability)) {
        endpoint->rights = both(endpoint->rights, rights);
    } else if (auto* notification = std::get_if<NotificationCap>(&capability)) {
        rights.grant = rights.grant_reply = true; // a notification has no such rights to lose
        notification->rights = both(notification->rights, rights);
    } else if (auto* frame = std::get_if<FrameCap>(&capability)) {
        frame->access = masked(frame->access, rights);
    }
    return capability;
}

Capability with_data(const World& world, Capability capability, Word data) {
    if (auto* endpoint = std::get_if<EndpointCap>(&capability)) set_badge(endpoint->badge, data);
    if (auto* signal = std::get_if<NotificationCap>(&capability)) set_badge(signal->badge, data);
    if (auto* cnode = std::get_if<CNodeCap>(&capability)) {
        set_guard(*cnode, world.cnodes.at(cnode->cnode).radix, data);
    }
    return capability;
}

Word badge_of(const Capability& capability) {
    if (const auto* endpoint = std::get_if<EndpointCap>(&capability)) return endpoint->badge;
    if (const auto* signal = std::get_if<NotificationCap>(&capability)) return signal->badge;
    return 0;
}

Capability derived(const World& world, SlotName source, Capability capability) {
    if (is<NullCap>(capability) || is<ReplyCap>(capability) || is<IrqControlCap>(capability)) {
        throw Refusal{IllegalOperation};
    }
    if (is<UntypedCap>(capability) && has_children(world, source)) throw Refusal{RevokeFirst};
    const auto* vspace = std::get_if<VSpaceCap>(&capability);
    if (vspace != nullptr && !vspace->asid) throw Refusal{IllegalOperation};
    const auto* table = std::get_if<PageTableCap>(&capability);
    if (table != nullptr && !table->mapping) throw Refusal{IllegalOperation};
    if (auto* frame = std::get_if<FrameCap>(&capability)) frame->mapping.reset();
    return capability;
}

Word type_number(const Capability& capability) {
    constexpr std::array<Word, std::variant_size_v<Capability>> numbers{
        0, 2, 10, 12, 4, 6, 8, 1, 3, 9, 13, 11, 14, 16, 27, 20}; // in Capability's order
    return numbers.at(capability.index());
}

} // namespace spec
