/// \file
/// \chapter{08}
/// **Idea:** write the bit pattern of a capability into a page, give the page back, and have its
/// memory made into a CNode.
///
/// **Gain:** a capability made from a number: to any memory, the kernel's own included.
///
/// **Why not:** `reset` clears all memory that has been used before anything is made of it again.
#include "attack.hpp"

namespace attack {

namespace {

constexpr unsigned slots_bits = 8; // two pages of them
constexpr u64 in_second_page = 128;

/// The first word of a capability to a small page at the kernel's image:
/// kernel/object/capability.hpp has the layout, which is no secret.
constexpr u64 forged =
    static_cast<u64>(k::abi::CapabilityType::Frame) << 59 | u64{3} << 48 | 0x4020'0000 | 3;

Gain attempt(World& world) {
    const Untyped memory = world.memory(k::abi::page_bits + 1);
    make_of<Frame>(world, memory);
    world.map(make_of<Frame>(world, memory), here);
    word_at(here) = forged;
    require(slot_of(memory).revoke());

    const auto cnode = make_of<CNode>(world, memory, slots_bits);
    const Frame frame{world.slot()};
    attempted(slot_of(frame).copy_from(cnode.slot(in_second_page, slots_bits)));
    return is_empty(frame.cptr()) ? nothing
                                  : "a capability to the kernel's memory, out of a number";
}

} // namespace

} // namespace attack

int main() {
    return attack::run("retype-forged-slots", attack::attempt);
}
