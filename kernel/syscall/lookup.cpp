#include "syscall/lookup.hpp"

namespace k {

Expected<Slot*, LookupFailure> lookup(Tcb& thread, u64 cptr) noexcept {
    const auto root = thread.slot(ThreadSlot::CSpaceRoot).cap.as<CNode>();
    if (!root) return Unexpected{LookupFailure::invalid_root()};
    return K_TRY(resolve(*root, cptr, abi::word_bits)).slot;
}

Expected<Slot*, CapFault> find(Tcb& thread, u64 cptr) noexcept {
    const auto slot = lookup(thread, cptr);
    if (!slot) return Unexpected{CapFault{cptr, slot.error()}};
    return *slot;
}

Result<Slot*> lookup_argument(const Capability& root, u64 index, u64 depth,
                              LookupOf side) noexcept {
    const auto cnode = root.as<CNode>();
    if (!cnode) return fail(LookupFailure::invalid_root(), side);
    if (depth < 1 || depth > abi::word_bits) return fail(abi::Error::RangeError, 1, abi::word_bits);
    const auto end = resolve(*cnode, index, depth);
    if (!end) return fail(end.error(), side);
    if (end->bits_left != 0) return fail(LookupFailure::depth_mismatch(end->bits_left, 0), side);
    return end->slot;
}

} // namespace k
