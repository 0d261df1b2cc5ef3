/// \file
/// \chapter{10}
/// **Idea:** put a thousand CNodes into one another, each with the only capability to the next, and
/// delete the outermost.
///
/// **Gain:** the kernel dies for lack of stack, if it deletes them by calling itself.
///
/// **Why not:** the graveyard is a list that lies in the dying CNodes themselves.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 levels = 1000;
constexpr unsigned radix = 1;

Gain attempt(World& world) {
    const Untyped memory = world.memory(17);
    const auto outermost = make_of<CNode>(world, memory, radix);
    const CNode next{world.slot()};
    const CNode now{world.slot()};
    require(slot_of(now).copy_from(slot_of(outermost)));
    for (u64 i = 1; i < levels; ++i) {
        require(memory.retype(ObjectType::CapTable, radix, {own_cspace, next.cptr()}));
        require(now.slot(0, radix).copy_from(slot_of(next)));
        require(slot_of(now).remove());
        require(slot_of(now).move_from(slot_of(next)));
    }
    require(slot_of(now).remove());
    stake("the kernel has no stack left");
    attempted(slot_of(outermost).remove());
    return nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("nested-cnodes", attack::attempt);
}
