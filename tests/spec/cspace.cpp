#include "cspace.hpp"

#include "derivation.hpp"

namespace spec {

namespace {

/// \p count bits of \p word that end at bit \p low.
Word bits_of(Word word, Word low, Word count) {
    return count == 0 ? 0 : (word >> low) & low_bits(count);
}

/// One CNode's part of a lookup. "GuardMismatch … is checked before DepthMismatch."
std::variant<Resolved, LookupFailure> step_into(const World& world, const CNodeCap& root,
                                                Word address, Word bits_left) {
    const Word radix = world.cnodes.at(root.cnode).radix;
    if (bits_left < root.guard_bits ||
        bits_of(address, bits_left - root.guard_bits, root.guard_bits) != root.guard) {
        return LookupFailure{GuardMismatch, {bits_left, root.guard, root.guard_bits}};
    }
    const Word consumed = radix + root.guard_bits;
    if (bits_left < consumed) return LookupFailure{DepthMismatch, {bits_left, consumed}};
    const Word rest = bits_left - consumed;
    return Resolved{{root.cnode, bits_of(address, rest, radix)}, rest};
}

} // namespace

std::variant<Resolved, LookupFailure> resolve(const World& world, const Capability& root,
                                              Word address, Word depth) {
    if (!is<CNodeCap>(root)) return LookupFailure{InvalidRoot};
    Capability next = root;
    Word bits_left = depth;
    for (;;) {
        const auto found = step_into(world, std::get<CNodeCap>(next), address, bits_left);
        const auto* resolved = std::get_if<Resolved>(&found);
        if (resolved == nullptr || resolved->bits_left == 0) return found;
        next = capability_in(world, resolved->slot);
        if (!is<CNodeCap>(next)) return found;
        bits_left = resolved->bits_left;
    }
}

std::variant<SlotName, LookupFailure> lookup(const World& world, Name thread, Word cptr) {
    const Capability root = capability_in(world, slot_of(thread, ThreadSlot::CSpace));
    const auto found = resolve(world, root, cptr, 64);
    if (const auto* failure = std::get_if<LookupFailure>(&found)) return *failure;
    return std::get<Resolved>(found).slot;
}

SlotName target(const World& world, const Capability& root, Word index, Word depth,
                bool of_source) {
    if (!is<CNodeCap>(root)) throw failed_lookup(of_source, {InvalidRoot});
    if (depth < 1 || depth > 64) throw Refusal{RangeError, {1, 64}};
    const auto found = resolve(world, root, index, depth);
    if (const auto* failure = std::get_if<LookupFailure>(&found)) {
        throw failed_lookup(of_source, *failure);
    }
    const auto& [slot, bits_left] = std::get<Resolved>(found);
    if (bits_left != 0) throw failed_lookup(of_source, {DepthMismatch, {bits_left, 0}});
    return slot;
}

SlotName empty_target(const World& world, const Capability& root, Word index, Word depth) {
    const SlotName slot = target(world, root, index, depth, false);
    if (occupied(world, slot)) throw Refusal{DeleteFirst};
    return slot;
}

} // namespace spec
