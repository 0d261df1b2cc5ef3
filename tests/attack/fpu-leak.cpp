/// \file
/// \chapter{12}
/// **Idea:** read floating-point registers after another thread has used them.
///
/// **Gain:** what the other one was computing with.
///
/// **Why not:** the registers stay with who used them last, and `Fpu::admit` lets nobody else near
/// them.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 secret = 0x5ec2'e700;

void compute(u64 endpoint) {
    asm volatile("fmov d31, %0" : : "r"(secret) : "v31");
    static_cast<void>(Endpoint{endpoint}.receive());
}

Gain attempt(World& world) {
    const auto endpoint = world.make<Endpoint>();
    asm volatile("fmov d31, xzr" : : : "v31");
    start(world, 0, compute, endpoint.cptr());
    u64 found = 0;
    asm volatile("fmov %0, d31" : "=r"(found));
    return found == secret ? "a floating-point register holds another thread's secret" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("fpu-leak", attack::attempt);
}
