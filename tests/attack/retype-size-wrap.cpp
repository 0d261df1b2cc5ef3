/// \file
/// \chapter{08}
/// **Idea:** ask for a CNode of so many slots that the number of its bytes has no room in a word.
///
/// **Gain:** a CNode over all memory: each word of it can be read as a capability, and the program
/// chooses the words.
///
/// **Why not:** `decode_kind` bounds the size before anybody computes with it.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 slots_bits = 63;
constexpr u64 slot_bytes = 1 << k::abi::slot_bits;

/// The first word of a capability to a small page at the kernel's image.
constexpr u64 forged =
    static_cast<u64>(k::abi::CapabilityType::Frame) << 59 | u64{3} << 48 | 0x4020'0000 | 3;

Gain attempt(World& world) {
    const Untyped both = world.memory(k::abi::page_bits + 1);
    const u64 halves = world.slot(2);
    require(both.retype(ObjectType::Untyped, k::abi::page_bits, {own_cspace, halves, 2}));
    world.map(make_of<Frame>(world, Untyped{halves + 1}), here);
    word_at(here) = forged;

    const CNode cnode{world.slot()};
    const Frame frame{world.slot()};
    attempted(Untyped{halves}.retype(ObjectType::CapTable, slots_bits, {own_cspace, cnode.cptr()}));
    constexpr u64 in_page = (u64{1} << k::abi::page_bits) / slot_bytes;
    attempted(slot_of(frame).copy_from(cnode.slot(in_page, slots_bits)));
    return is_empty(frame.cptr()) ? nothing : "a CNode that takes a page's words for capabilities";
}

} // namespace

} // namespace attack

int main() {
    return attack::run("retype-size-wrap", attack::attempt);
}
