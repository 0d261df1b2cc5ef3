/// \file
/// \chapter{11}
/// **Idea:** write instructions into a page of data, which is mapped so that it cannot be executed,
/// and jump there.
///
/// **Gain:** whoever can make a program write some bytes makes it run them.
///
/// **Why not:** the attribute becomes a bit of the descriptor, and the processor looks at that.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u32 ret = 0xd65f'03c0;

void jump(u64 address) {
    reinterpret_cast<void (*)()>(address)();
}

Gain attempt(World& world) {
    const auto frame = world.make<Frame>();
    const auto attributes =
        k::abi::default_vm_attributes.with(k::abi::VmAttributes::execute_never, true);
    world.map(frame, here, read_write, attributes);
    word_at(here) = ret;
    require(frame.unify_instruction(0, sizeof ret));
    return survives(world, jump, here) ? "data has been executed" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("execute-never", attack::attempt);
}
