#include "cspace.hpp"

#include "derivation.hpp"

namespace spec {

namespace {

/// \p count bits of \p word that end at bit \p low.
Word bits_of(Word word, Word low, Word count) {
    return count == 0 ? 0 : (word >> low) & low_bits(count);
}

/// One CNode's part of a lookup. "GuardMismatch … is checked before DepthMismatch."
Resolved step_into(const World& world, const CNodeCap& root, Word address, Word bits_left) {
    const Word radix = world.cnodes.at(root.cnode).radix;
    if (bits_left < root.guard_bits ||
        bits_of(address, bits_left - root.guard_bits, root.guard_bits) != root.guard) {
        throw LookupFailure{GuardMismatch, {bits_left, root.guard, root.guard_bits}};
    }
    const Word consumed = radix + root.guard_bits;
    if (bits_left < consumed) throw LookupFailure{DepthMismatch, {bits_left, consumed}};
    const Word rest = bits_left - consumed;
    return {{root.cnode, bits_of(address, rest, radix)}, rest};
}

} // namespace

Resolved resolve(const World& world, const Capability& root, Word address, Word depth) {
    if (!is<CNodeCap>(root)) throw LookupFailure{InvalidRoot};
    Capability next = root;
    Resolved found{{}, depth};
    do {
        found = step_into(world, std::get<CNodeCap>(next), address, found.bits_left);
        next = capability_in(world, found.slot);
    } while (found.bits_left != 0 && is<CNodeCap>(next));
    return found;
}

SlotName lookup(const World& world, Name thread, Word cptr) {
    try {
        return resolve(world, capability_in(world, slot_of(thread, ThreadSlot::CSpace)), cptr, 64)
            .slot;
    } catch (const LookupFailure& failure) {
        throw CapFault{cptr, false, failure};
    }
}

Capability capability_at(const World& world, Name thread, Word cptr) {
    try {
        return capability_in(world, lookup(world, thread, cptr));
    } catch (const CapFault&) {
        return NullCap{};
    }
}

SlotName target(const World& world, const Capability& root, Word index, Word depth,
                bool of_source) {
    if (!is<CNodeCap>(root)) throw failed_lookup(of_source, {InvalidRoot});
    if (depth < 1 || depth > 64) throw Refusal{RangeError, {1, 64}};
    try {
        const auto [slot, bits_left] = resolve(world, root, index, depth);
        if (bits_left != 0) throw LookupFailure{DepthMismatch, {bits_left, 0}};
        return slot;
    } catch (const LookupFailure& failure) {
        throw failed_lookup(of_source, failure);
    }
}

SlotName empty_target(const World& world, const Capability& root, Word index, Word depth) {
    const SlotName slot = target(world, root, index, depth, false);
    if (occupied(world, slot)) throw Refusal{DeleteFirst};
    return slot;
}

} // namespace spec
