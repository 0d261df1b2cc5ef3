/// \file
/// \chapter{16}
/// **Idea:** answer a fault with an SPSR that says EL1.
///
/// **Gain:** the program's instructions run with the kernel's rights; where the processor refuses
/// to run them there, the kernel dies of it.
///
/// **Why not:** of the SPSR in an answer, `Spsr::of_user` takes the flags alone.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 el1_masked = 0x3c5;
constexpr int ip = 8;
constexpr int spsr = 11;
constinit u64 silent = 0;

void unknown_call(u64) {
    asm volatile("mov x7, #42\n svc #0" : : : "x7", "memory");
}

/// Where it goes on.
void wait() {
    static_cast<void>(Endpoint{silent}.receive());
}

Gain attempt(World& world) {
    silent = world.make<Endpoint>().cptr();
    const auto faults = world.make<Endpoint>();
    user::Surroundings around = user::own_surroundings;
    around.fault_endpoint = faults.cptr();
    require(thread(0).start(world.make<Tcb>(),
                            {.entry = unknown_call, .priority = urgent, .around = around}));
    static_cast<void>(faults.receive());
    stake("a thread is sent to the kernel's own level");
    seL4_SetMR(ip, reinterpret_cast<u64>(&wait));
    seL4_SetMR(spsr, el1_masked);
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, spsr + 1));
    return nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("into-kernel-mode", attack::attempt);
}
