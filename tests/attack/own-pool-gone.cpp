/// \file
/// \chapter{11}
/// **Idea:** a thread has the ASID pool deleted from which its own address space has its
/// identifier, and goes on.
///
/// **Gain:** it runs on page tables that nobody can find any more; the next address space with that
/// identifier shares its entries in the TLB.
///
/// **Why not:** `AsidTable::remove` releases every address space of the pool before it forgets the
/// pool.
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
    const auto pool = require(user::own_asid_control.make_pool(memory, world.slot()));
    const auto space = world.make<user::VSpace>();
    require(pool.assign(space));
    map_program(world, space);
    user::Surroundings around = user::own_surroundings;
    around.vspace = space;
    require(thread(0).start(
        world.make<Tcb>(),
        {.entry = saw_off, .argument = memory.cptr(), .priority = urgent, .around = around}));
    return ran_on ? "a thread runs in an address space that has lost its identifier" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("own-pool-gone", attack::attempt);
}
