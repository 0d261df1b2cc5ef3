/// \file
/// \chapter{12}
/// **Idea:** name a device's registers as a thread's IPC buffer.
///
/// **Gain:** the kernel writes messages into a device, or follows the buffer to where it has no
/// memory mapped, and dies.
///
/// **Why not:** `decode_buffer` refuses the frames of devices.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 words = 20;

user::Frame device_page(World& world) {
    const auto& info = user::boot_info();
    u64 i = 0;
    while (info.untypeds[i].is_device == 0 || info.untypeds[i].size_bits < k::abi::page_bits)
        ++i;
    return make_of<Frame>(world, Untyped{info.untyped.begin + i});
}

Gain attempt(World& world) {
    const auto server = world.make<Endpoint>();
    const auto receiver = world.make<Tcb>();
    const auto wait = [](u64 endpoint) { static_cast<void>(Endpoint{endpoint}.receive()); };
    require(thread(0).prepare(receiver,
                              {.entry = wait, .argument = server.cptr(), .priority = urgent}));
    attempted(receiver.set_buffer({here, device_page(world)}));
    require(receiver.resume());
    stake("the kernel has followed a program to a device");
    server.try_send(seL4_MessageInfo_t{{words}});
    return nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("buffer-in-device", attack::attempt);
}
