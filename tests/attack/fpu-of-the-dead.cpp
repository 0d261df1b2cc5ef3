/// \file
/// \chapter{12}
/// **Idea:** delete a thread whose numbers are still in the floating-point registers, have its
/// memory made into a page, and use the registers.
///
/// **Gain:** the kernel saves the dead thread's numbers into the page, over whatever is there.
///
/// **Why not:** `end` has the FPU forget a thread before its memory can be anything else.
#include "abi/invocations.hpp"
#include "attack.hpp"
#include "rt/panic.hpp"

namespace attack {

namespace {

void compute(u64 endpoint) {
    asm volatile("fmov d31, %0" : : "r"(endpoint) : "v31");
    static_cast<void>(Endpoint{endpoint}.receive());
}

/// A system call by hand. The library's stubs copy with floating-point registers, which would
/// change hands by that.
/// \returns the message info of the answer
u64 call(u64 cptr, u64 info, u64 first, u64 second) {
    register u64 x0 asm("x0") = cptr;
    register u64 x1 asm("x1") = info;
    register u64 x2 asm("x2") = first;
    register u64 x3 asm("x3") = second;
    register u64 x4 asm("x4") = 0;
    register u64 x5 asm("x5") = 0;
    register u64 x7 asm("x7") = static_cast<u64>(seL4_SysCall);
    asm volatile("svc #0"
                 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)
                 : "r"(x7)
                 : "memory");
    return x1;
}

/// Lets the victim run until it waits, deletes it, and makes a page of its memory.
bool make_page_of(Tcb victim, Untyped memory, Frame frame) {
    seL4_SetMR(4, frame.cptr());
    seL4_SetMR(5, 1);
    seL4_SetCap(0, own_cspace.cptr());
    namespace label = k::abi::label;
    const u64 resume = seL4_MessageInfo_new(label::TCBResume, 0, 0, 0).words[0];
    const u64 remove = seL4_MessageInfo_new(label::CNodeDelete, 0, 0, 2).words[0];
    const u64 retype = seL4_MessageInfo_new(label::UntypedRetype, 0, 1, 6).words[0];
    u64 answers = call(victim.cptr(), resume, 0, 0);
    answers |= call(own_cspace.cptr(), remove, victim.cptr(), k::abi::word_bits);
    answers |= call(memory.cptr(), retype, seL4_ARM_SmallPageObject, 0);
    return answers == 0; // no error, and no words
}

Gain attempt(World& world) {
    const auto endpoint = world.make<Endpoint>();
    const Untyped memory = world.memory(k::abi::page_bits);
    world.map(world.make<Frame>(), here + (1 << 12)); // the tables on the way
    const auto victim = make_of<Tcb>(world, memory);
    const Frame frame{world.slot()};
    require(thread(0).prepare(victim,
                              {.entry = compute, .argument = endpoint.cptr(), .priority = urgent}));
    if (!make_page_of(victim, memory, frame)) rt::panic("the thread has not become a page");
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
