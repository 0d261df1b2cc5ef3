#include "lib/capability.hpp"

namespace user {

namespace {

constexpr seL4_CapRights_t in_c(CapRights rights) noexcept {
    return {{rights.raw()}};
}

} // namespace

Status Slot::copy_from(Slot source, CapRights rights) const noexcept {
    return status_of(seL4_CNode_Copy(root_, index_, depth_, source.root_, source.index_,
                                     source.depth_, in_c(rights)));
}

Status Slot::mint_from(Slot source, CapRights rights, u64 data) const noexcept {
    return status_of(seL4_CNode_Mint(root_, index_, depth_, source.root_, source.index_,
                                     source.depth_, in_c(rights), data));
}

Status Slot::move_from(Slot source) const noexcept {
    return status_of(
        seL4_CNode_Move(root_, index_, depth_, source.root_, source.index_, source.depth_));
}

Status Slot::mutate_from(Slot source, u64 data) const noexcept {
    return status_of(
        seL4_CNode_Mutate(root_, index_, depth_, source.root_, source.index_, source.depth_, data));
}

Status Slot::rotate(u64 data, Slot pivot, u64 pivot_data, Slot source) const noexcept {
    return status_of(seL4_CNode_Rotate(root_, index_, depth_, data, pivot.root_, pivot.index_,
                                       pivot.depth_, pivot_data, source.root_, source.index_,
                                       source.depth_));
}

Status Slot::remove() const noexcept {
    return status_of(seL4_CNode_Delete(root_, index_, depth_));
}

Status Slot::revoke() const noexcept {
    return status_of(seL4_CNode_Revoke(root_, index_, depth_));
}

Status Slot::cancel_badged_sends() const noexcept {
    return status_of(seL4_CNode_CancelBadgedSends(root_, index_, depth_));
}

Status Slot::save_caller() const noexcept {
    return status_of(seL4_CNode_SaveCaller(root_, index_, depth_));
}

} // namespace user
