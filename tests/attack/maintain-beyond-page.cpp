/// \file
/// \chapter{11}
/// **Idea:** have caches maintained by addresses that end far behind a page, in the kernel's half,
/// or before they begin.
///
/// **Gain:** the kernel goes from cache line to cache line for as long as the program likes, and
/// nobody else runs meanwhile; or it does so where its own memory is.
///
/// **Why not:** `decode_maintenance` wants addresses of one page of the program's, whose size
/// bounds the work.
#include "attack.hpp"

namespace attack {

namespace {

constexpr u64 kernel_half = 0xffff'0000'0000'0000;
constexpr u64 far = u64{1} << 31;

void try_ranges(Frame frame) {
    for (const u64 begin : {here, kernel_half + here, kernel_half}) {
        for (const u64 end : {kernel_half + here + Frame::bytes, ~u64{0}, u64{0}}) {
            attempted(own_vspace.invalidate(begin, end));
            attempted(own_vspace.unify_instruction(begin, end));
            attempted(frame.invalidate(begin, end));
            attempted(frame.unify_instruction(begin, end));
        }
    }
    attempted(own_vspace.clean(here, here + far));
    attempted(frame.clean(0, far));
}

Gain attempt(World& world) {
    const auto frame = world.make<Frame>();
    world.map(frame, here); // a walk looks at 48 bits of an address, so it finds this page in both
    const Tcb watcher = start_watcher(world);
    try_ranges(frame);
    return has_starved(watcher) ? "a thread has not run for more than two time slices" : nothing;
}

} // namespace

} // namespace attack

int main() {
    return attack::run("maintain-beyond-page", attack::attempt);
}
