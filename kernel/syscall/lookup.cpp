#include "syscall/lookup.hpp"

namespace k {

Expected<Slot*, CapFault> find(Tcb& thread, u64 cptr) noexcept {
    const auto slot = lookup(thread, cptr);
    if (!slot) return Unexpected{CapFault{cptr, slot.error()}};
    return *slot;
}

Result<Slot*> lookup_argument(const Capability& root, u64 index, u64 depth,
                              LookupOf side) noexcept {
    const auto cnode = root.as<CNode>();
    if (!cnode) return fail(LookupFailure::invalid_root(), side);
    if (!is_depth(depth)) return fail(abi::Error::RangeError, 1, abi::word_bits);
    const auto slot = lookup_at(*cnode, index, depth);
    if (!slot) return fail(slot.error(), side);
    return *slot;
}

} // namespace k
