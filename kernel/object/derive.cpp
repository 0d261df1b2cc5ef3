#include "object/derive.hpp"

#include "object/cnode.hpp"
#include "object/endpoint.hpp"
#include "object/frame.hpp"
#include "object/notification.hpp"
#include "object/page_table.hpp"
#include "object/reply.hpp"
#include "object/untyped.hpp"
#include "object/vspace.hpp"
#include "object/zombie.hpp"

namespace k {

namespace {

Capability masked(const Capability& cap, Rights mask) noexcept {
    if (const auto endpoint = cap.as<Endpoint>()) return endpoint->masked(mask);
    if (const auto notification = cap.as<Notification>()) return notification->masked(mask);
    if (const auto frame = cap.as<Frame>()) return frame->masked(mask);
    return cap;
}

/// What a copy of a capability begins as; nothing if there may be none of it. Copies to a table or
/// an address space share its place, so it needs one first. A frame's begin with none: that is how
/// a frame is mapped twice.
std::optional<Capability> derived(const Capability& cap) noexcept {
    if (cap.is_null() || cap.as<Zombie>() || cap.as<Reply>()) return std::nullopt;
    if (const auto frame = cap.as<Frame>()) return frame->mapped(MappedAt{});
    const auto table = cap.as<PageTable>();
    if (table && !table->mapped().somewhere()) return std::nullopt;
    const auto vspace = cap.as<VSpace>();
    if (vspace && !vspace->has_asid()) return std::nullopt;
    return cap;
}

/// Who is the parent of further copies: the copy itself, or what it is a copy of?
Birth birth(const Capability& source, const Capability& copy) noexcept {
    if (copy.as<Untyped>()) return Birth::Original;
    return badge_of(source) == badge_of(copy) ? Birth::Copy : Birth::Badging;
}

} // namespace

std::optional<Capability> with_data(const Capability& cap, u64 data) noexcept {
    if (const auto endpoint = cap.as<Endpoint>()) return endpoint->with_badge(data);
    if (const auto notification = cap.as<Notification>()) return notification->with_badge(data);
    if (const auto cnode = cap.as<CNode>()) return cnode->with_guard(abi::CNodeData{data});
    return cap;
}

std::optional<Capability> moved_with_data(const Capability& cap, u64 data) noexcept {
    if (cap.as<Endpoint>() || cap.as<Notification>()) return std::nullopt;
    return with_data(cap, data);
}

Expected<Copy, abi::Error> copy_of(Slot& source, Slot& destination, Rights mask,
                                   std::optional<u64> data) noexcept {
    std::optional cap{masked(source.cap, mask)};
    if (data) cap = with_data(*cap, *data);
    if (cap) cap = derived(*cap);
    if (!cap) return Unexpected{abi::Error::IllegalOperation};
    if (cap->as<Untyped>() && has_children(source)) return Unexpected{abi::Error::RevokeFirst};
    return Copy{&source, &destination, *cap, birth(source.cap, *cap)};
}

void perform(const Copy& plan) noexcept {
    derive(*plan.destination, plan.cap, *plan.source, plan.birth);
    // The same memory must not be given out twice: all of it is the copy's from now on.
    if (const auto untyped = plan.source->cap.as<Untyped>())
        plan.source->cap = untyped->with_watermark(untyped->bytes());
}

} // namespace k
