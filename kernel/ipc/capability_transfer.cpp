#include "ipc/capability_transfer.hpp"

#include "base/fixed_vector.hpp"
#include "object/cspace.hpp"
#include "object/derive.hpp"
#include "object/endpoint.hpp"

#include <utility>

namespace k {

namespace {

using abi::MessageInfo;
using ExtraSlots = FixedVector<Slot*, abi::extra_caps>;

/// The slots whose CPtrs are in the sender's buffer: all of them, or if any leads nowhere, none.
ExtraSlots find_sent(Tcb& from, const abi::IpcBuffer& buffer) noexcept {
    const MessageInfo info{from.context.x[1]};
    ExtraSlots slots;
    for (u64 i = 0; i < info[MessageInfo::extra_caps]; ++i) {
        const auto slot = lookup(from, buffer.caps_or_badges[i]);
        if (!slot) return {};
        (void)slots.push_back(*slot);
    }
    return slots;
}

/// The empty slot that a receiver has asked for; nullptr if there is something wrong with it.
Slot* receive_slot(Tcb& to, const abi::IpcBuffer& buffer) noexcept {
    const auto root = lookup(to, buffer.receive_cnode);
    if (!root) return nullptr;
    const auto cnode = (*root)->cap.as<CNode>();
    if (!cnode || !is_depth(buffer.receive_depth)) return nullptr;
    const auto slot = lookup_at(*cnode, buffer.receive_index, buffer.receive_depth);
    return slot && (*slot)->is_empty() ? *slot : nullptr;
}

/// \param target  nullptr if there is none
bool copy_to(Slot* target, Slot& source) noexcept {
    if (target == nullptr) return false;
    const auto plan = copy_of(source, *target, all_rights, std::nullopt);
    if (plan) perform(*plan);
    return plan.has_value();
}

} // namespace

MessageInfo transfer_capabilities(Tcb& from, Tcb& to, const Capability& through,
                                  MessageInfo arrived) noexcept {
    const abi::IpcBuffer* const sent = from.readable_buffer();
    abi::IpcBuffer* const received = to.writable_buffer();
    if (sent == nullptr || received == nullptr) return arrived;
    const ExtraSlots slots = find_sent(from, *sent);
    Slot* target = receive_slot(to, *received);
    u64 unwrapped = 0;
    u64 done = 0;
    for (; done < slots.size(); ++done) {
        Slot& slot = *slots.items()[done];
        if (slot.cap.as<Endpoint>() && same_object(slot.cap, through)) {
            received->caps_or_badges[done] = badge_of(slot.cap);
            unwrapped |= bit(done);
        } else if (!copy_to(std::exchange(target, nullptr), slot)) {
            break;
        }
    }
    return arrived.with(MessageInfo::extra_caps, done).with(MessageInfo::caps_unwrapped, unwrapped);
}

} // namespace k
