/// \file
/// \chapter{12}
/// **Idea:** delete a thread whose numbers are still in the floating-point registers, have its
/// memory made into a page, and use the registers.
///
/// **Gain:** the kernel saves the dead thread's numbers into the page, over whatever is there.
///
/// **Why not:** `end` has the FPU forget a thread before its memory can be anything else.
#include "attack.hpp"

namespace attack {

namespace {

void compute(u64 endpoint) {
    asm volatile("fmov d31, %0" : : "r"(endpoint) : "v31");
    static_cast<void>(Endpoint{endpoint}.receive());
}

Gain attempt(World& world) {
    const auto endpoint = world.make<Endpoint>();
    const Untyped memory = world.memory(k::abi::page_bits);
    world.map(world.make<Frame>(), here + (1 << 12)); // the tables on the way
    const auto victim = make_of<Tcb>(world, memory);
    const Frame frame{world.slot()};
    require(thread(0).start(victim,
                            {.entry = compute, .argument = endpoint.cptr(), .priority = urgent}));
    require(slot_of(victim).remove());
    require(memory.retype(ObjectType::SmallPage, 0, {own_cspace, frame.cptr()}));
    require(frame.map(own_vspace, here));
    asm volatile("fmov d31, xzr" : : : "v31");
    u64 all = 0;
    for (u64 at = here; at < here + Frame::bytes; at += sizeof at)
        all |= word_at(at);
    return all != 0 ? "a dead thread's numbers are in a page of the program's" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("fpu-of-the-dead", attack::attempt);
}
