/// \file
/// \chapter{08}
/// **Idea:** have the kernel clear an eighth of a gigabyte in one system call.
///
/// **Gain:** nobody else runs meanwhile, whatever the timer says.
///
/// **Why not:** `reset` asks after every page whether an interrupt waits, and repeats the call
/// later.
#include "attack.hpp"
#include "lib/clock.hpp"

#include <algorithm>

namespace attack {

namespace {

constexpr unsigned bits = 27;
constexpr u64 large_pages = (u64{1} << bits) / user::LargeFrame::bytes;
constinit u64 longest = 0; ///< that the other thread did not run, in counts

void watch(u64) {
    for (u64 before = user::virtual_count();;) {
        const u64 now = user::virtual_count();
        longest = std::max(longest, now - before);
        before = now;
    }
}

Gain attempt(World& world) {
    const Untyped memory = world.memory(bits);
    const u64 pages = world.slot(large_pages);
    require(memory.retype(ObjectType::LargePage, 0, {own_cspace, pages, large_pages}));
    require(slot_of(memory).revoke());
    const Tcb watcher = start(world, 0, watch, 0, own_priority);
    seL4_Yield();
    longest = 0;
    require(memory.retype(ObjectType::LargePage, 0, {own_cspace, pages, 1}));
    seL4_Yield();
    require(watcher.suspend());
    constexpr u64 slices_in_a_second = 100;
    const bool starved = longest > 2 * user::counts_per_second() / slices_in_a_second;
    return starved ? "a thread has not run for more than two time slices" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("hog-the-kernel", attack::attempt);
}
