/// \file
/// \chapter{08}
/// **Idea:** have the kernel clear an eighth of a gigabyte in one system call.
///
/// **Gain:** nobody else runs meanwhile, whatever the timer says.
///
/// **Why not:** `reset` asks after every page whether an interrupt waits, and repeats the call
/// later.
#include "attack.hpp"

namespace attack {

namespace {

constexpr unsigned bits = 27;
constexpr u64 large_pages = (u64{1} << bits) / user::LargeFrame::bytes;

Gain attempt(World& world) {
    const Untyped memory = world.memory(bits);
    const u64 pages = world.slot(large_pages);
    require(memory.retype(ObjectType::LargePage, 0, {own_cspace, pages, large_pages}));
    require(slot_of(memory).revoke());
    const Tcb watcher = start_watcher(world);
    require(memory.retype(ObjectType::LargePage, 0, {own_cspace, pages, 1}));
    return has_starved(watcher) ? "a thread has not run for more than two time slices" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("hog-the-kernel", attack::attempt);
}
