/// \file
/// \chapter{12}
/// **Idea:** write to a thread's SPSR that interrupts are masked.
///
/// **Gain:** a thread that no timer stops: the processor is its own.
///
/// **Why not:** of an SPSR that programs write, `write_register` takes the flags alone.
#include "abi/user_context.hpp"
#include "attack.hpp"
#include "lib/clock.hpp"

namespace attack {

namespace {

constexpr u64 all_masked = 0x3c0;
constinit bool done = false;

/// Much longer than a time slice.
void spin(u64) {
    const u64 end = user::virtual_count() + user::counts_per_second() / 10;
    while (user::virtual_count() < end) {
    }
    done = true;
}

Gain attempt(World& world) {
    const Tcb greedy = world.make<Tcb>();
    require(thread(0).prepare(greedy, {.entry = spin, .priority = own_priority}));
    seL4_UserContext registers{};
    require(greedy.read(registers, k::abi::user_context_words));
    registers.spsr |= all_masked;
    require(greedy.write(registers, k::abi::user_context_words));
    require(greedy.resume());
    seL4_Yield();
    return done ? "a thread that nobody interrupts" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("interrupts-off", attack::attempt);
}
