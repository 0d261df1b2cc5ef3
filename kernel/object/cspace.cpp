#include "object/cspace.hpp"

namespace k {

Expected<Slot*, LookupFailure> lookup(Tcb& thread, u64 cptr) noexcept {
    const auto root = thread.slot(ThreadSlot::CSpaceRoot).cap.as<CNode>();
    if (!root) return Unexpected{LookupFailure::invalid_root()};
    return K_TRY(resolve(*root, cptr, abi::word_bits)).slot;
}

Expected<Slot*, LookupFailure> lookup_at(const Cap<CNode>& root, u64 index, u64 depth) noexcept {
    const Step end = K_TRY(resolve(root, index, depth));
    if (end.bits_left != 0) return Unexpected{LookupFailure::depth_mismatch(end.bits_left, 0)};
    return end.slot;
}

} // namespace k
