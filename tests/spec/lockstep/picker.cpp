#include "picker.hpp"

#include <algorithm>

namespace spec {

Picker::Address Picker::address(Wanted wanted) {
    const Word number = below(64);
    if (number % 8 == 7) wanted = Wanted::Any;
    const Word other = slot_with<CNodeCap>();
    const Capability found = capability_at(other);
    if (number == 63) return {other, number, below(70)};
    if (number == 62) return {place::root, place::root, 64}; // what all CSpaces come from
    if (number % 2 == 0 || !is<CNodeCap>(found)) return {place::root, in_root(wanted), 64};
    const auto& inner = std::get<CNodeCap>(found);
    if (number == 61) return {other, inner.guard, inner.guard_bits};
    const Word radix = std::min<Word>(world_.cnodes.at(inner.cnode).radix, 6);
    const Word index = find(inner.cnode, 0, Word{1} << radix, wanted);
    return {other, inner.guard << radix | index, radix + inner.guard_bits};
}

Word Picker::in_root(Wanted wanted) {
    const Word end = wanted == Wanted::Empty || chapter == 10 ? first + count : prepared::end;
    return find(root_, first, end - first, wanted);
}

Word Picker::find(Name cnode, Word begin, Word number, Wanted wanted) {
    Words found;
    auto slot = world_.slots.lower_bound({cnode, begin});
    for (Word index = begin; index < begin + number; ++index) {
        const bool used = slot != world_.slots.end() && slot->first == SlotName{cnode, index};
        if (wanted == Wanted::Any || used == (wanted == Wanted::Occupied)) {
            found.push_back(index);
        }
        if (used) ++slot;
    }
    return found.empty() ? begin + below(number) : one_of(found);
}

Word Picker::slot() {
    const Word number = below(4 * 128);
    return number % 4 == 3 ? number / 4 : first + number / 4 % count;
}

Word Picker::guard() {
    const Word number = below(16 * 8);
    return number % 16 == 15 ? 63 : (number / 4 % 8) << 6 | number % 4;
}

Name Picker::root_cnode() const {
    const Name thread = world_.scheduler.running.value();
    const Capability root = capability_in(world_, slot_of(thread, ThreadSlot::CSpace));
    return is<CNodeCap>(root) ? std::get<CNodeCap>(root).cnode : Name{};
}

} // namespace spec
