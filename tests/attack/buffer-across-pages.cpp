/// \file
/// \chapter{12}
/// **Idea:** put an IPC buffer at the very end of a page, so that most of it lies in the next.
///
/// **Gain:** the kernel reads and writes messages in the memory behind, which is somebody else's.
///
/// **Why not:** `decode_buffer` wants a buffer aligned to its size.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 words = 120;
constexpr u64 there = here + (1 << 20);
constexpr u64 page = 1 << 12;
constexpr u64 in_page = 16;                 ///< bytes of the buffer
constexpr u64 behind = 8 + 4 * 8 - in_page; ///< where the first word is that is in no register

void send(u64 server) {
    for (int i = 0; i < static_cast<int>(words); ++i)
        seL4_SetMR(i, 0xbad);
    Endpoint{server}.send(seL4_MessageInfo_t{{words}});
}

Gain attempt(World& world) {
    const Untyped both = world.memory(k::abi::page_bits + 1);
    const auto own = make_of<Frame>(world, both);
    world.map(make_of<Frame>(world, both), there); // somebody else's, and zero
    const auto server = world.make<Endpoint>();
    const auto receiver = world.make<Tcb>();
    const auto wait = [](u64 endpoint) { static_cast<void>(Endpoint{endpoint}.receive()); };
    require(thread(1).prepare(receiver,
                              {.entry = wait, .argument = server.cptr(), .priority = urgent}));
    attempted(receiver.set_buffer({here + page - in_page, own}));
    require(receiver.resume());
    start(world, 0, send, server.cptr());
    return word_at(there + behind) == 0xbad ? "the kernel has written to the page behind" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("buffer-across-pages", attack::attempt);
}
