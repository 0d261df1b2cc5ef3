/// \file
/// \chapter{11}
/// **Idea:** a thread has the memory revoked that its own address space is made of, and goes on.
///
/// **Gain:** it runs on page tables that are about to become somebody's page, or its own.
///
/// **Why not:** `AsidTable::release` has the processor leave an address space before it goes.
#include "attack.hpp"

namespace attack {

namespace {

constinit bool ran_on = false;

void saw_off(u64 memory) {
    attempted(slot_of(Untyped{memory}).revoke());
    ran_on = true;
}

Gain attempt(World& world) {
    const Untyped memory = world.memory(k::abi::page_bits);
    const auto space = make_of<user::VSpace>(world, memory);
    require(user::own_asid_pool.assign(space));
    map_program(world, space);
    user::Surroundings around = user::own_surroundings;
    around.vspace = space;
    require(thread(0).start(
        world.make<Tcb>(),
        {.entry = saw_off, .argument = memory.cptr(), .priority = urgent, .around = around}));
    return ran_on ? "a thread runs in an address space that is gone" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("own-space-gone", attack::attempt);
}
