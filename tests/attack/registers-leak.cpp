/// \file
/// \chapter{12}
/// **Idea:** look into registers after a system call in which another thread has run.
///
/// **Gain:** what the other one was working on: keys, for example.
///
/// **Why not:** `resume_user` loads every register from the thread's own context.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 secret = 0x5ec2;
constinit u64 calls = 0;

void keep_secret(u64 endpoint) {
    for (;;) {
        register u64 x0 asm("x0") = endpoint;
        register u64 x7 asm("x7") = static_cast<u64>(seL4_SysRecv);
        asm volatile("mov x16, %2\n mov x17, %2\n svc #0"
                     : "+r"(x0)
                     : "r"(x7), "i"(secret)
                     : "x1", "x2", "x3", "x4", "x5", "x16", "x17", "memory");
        ++calls;
    }
}

Gain attempt(World& world) {
    const auto endpoint = world.make<Endpoint>();
    start(world, 0, keep_secret, endpoint.cptr());
    u64 found = 0;
    register u64 x0 asm("x0") = endpoint.cptr();
    register u64 x1 asm("x1") = 0;
    register u64 x7 asm("x7") = static_cast<u64>(seL4_SysSend);
    asm volatile("mov x16, #0\n mov x17, #0\n svc #0\n orr %0, x16, x17"
                 : "=r"(found), "+r"(x0), "+r"(x1)
                 : "r"(x7)
                 : "x16", "x17", "memory");
    return calls == 1 && found == secret ? "a register holds another thread's secret" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("registers-leak", attack::attempt);
}
