#include "object/cnode.hpp"

namespace k {

Expected<Step, LookupFailure> step(const Cap<CNode>& cnode, u64 cptr, u64 bits_left) noexcept {
    const u64 guard_size = cnode.guard_size();
    const u64 used = guard_size + cnode.radix();
    const bool guard_fits = guard_size <= bits_left;
    if (!guard_fits || bits_at(cptr, bits_left - guard_size, guard_size) != cnode.guard())
        return Unexpected{LookupFailure::guard_mismatch(bits_left, cnode.guard(), guard_size)};
    if (used > bits_left) return Unexpected{LookupFailure::depth_mismatch(bits_left, used)};

    const u64 index = bits_at(cptr, bits_left - used, cnode.radix());
    return Step{&cnode.slots()[index], bits_left - used};
}

Expected<Step, LookupFailure> resolve(const Cap<CNode>& root, u64 cptr, u64 bits) noexcept {
    Step at = K_TRY(step(root, cptr, bits));
    // Every CNode uses up a bit at least, so this ends.
    while (at.bits_left != 0) {
        const auto cnode = at.slot->cap.as<CNode>();
        if (!cnode) break;
        at = K_TRY(step(*cnode, cptr, at.bits_left));
    }
    return at;
}

} // namespace k
