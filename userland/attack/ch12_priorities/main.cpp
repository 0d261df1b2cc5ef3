// A thread that has been given little tries to become more urgent than it may be. It sees its own
// TCB, a CNode and nothing else, and its maximum priority is 50.
#include "lib/print.hpp"
#include "lib/thread.hpp"
#include "lib/untyped.hpp"

#include <sel4/sel4.h>

namespace {

using k::u64;
using user::own_tcb;
using user::print;
using user::Tcb;

// Slots of the root CNode.
constexpr u64 tcb_slot = 0x1f00;
constexpr u64 cell_slot = 0x1f01;

// Slots of the prisoner's.
constexpr u64 prisoner_tcb = 1;
constexpr u64 prisoner_cell = 2;
constexpr u64 nothing = 3;

constexpr u64 limit = 50;

constinit user::Thread prisoner;

void attempt(std::string_view what, const user::Status& status) {
    print("  {}: ", what);
    if (status)
        print("ok\n");
    else
        user::print_refusal(status.error());
}

void try_priorities(Tcb self) {
    attempt("51", self.set_priority(self, limit + 1));
    attempt("255", self.set_priority(self, 255));
    attempt("256 + 10", self.set_priority(self, 256 + 10));
    attempt("2^32", self.set_priority(self, u64{1} << 32));
    attempt("2^64 - 1", self.set_priority(self, ~u64{0}));
    attempt("maximum 51", self.set_maximum_priority(self, limit + 1));
    attempt("both, the maximum too high", self.set_priorities(self, limit + 1, 1));
    attempt("both, the priority too high", self.set_priorities(self, limit, limit + 1));
}

void try_authorities(Tcb self) {
    attempt("by a CNode", self.set_priority(Tcb{prisoner_cell}, 1));
    attempt("by nobody", self.set_priority(Tcb{nothing}, 1));
    attempt("by nobody, too high", self.set_priorities(Tcb{nothing}, 255, 255));
}

void try_all(u64) {
    const Tcb self{prisoner_tcb};
    print("a maximum of 50\n");
    try_priorities(self);
    try_authorities(self);
    print("its priority is where it was\n");
    attempt("50", self.set_priority(self, limit));
    attempt("maximum 5", self.set_maximum_priority(self, 5));
    attempt("50 again", self.set_priority(self, limit));
    attempt("maximum 50 again", self.set_maximum_priority(self, limit));
    attempt("itself, suspended", self.suspend());
    print("  UNEXPECTED\n");
}

/// A CNode whose slots are all that the prisoner sees.
user::CNode build_cell() {
    constexpr u64 radix = 2;
    const user::CNode cell{cell_slot};
    must(cell.slot(prisoner_tcb, radix).copy_from(user::slot_of(Tcb{tcb_slot})));
    must(cell.slot(prisoner_cell, radix).copy_from(user::slot_of(cell)));
    return cell;
}

void make_objects() {
    const user::Untyped memory = user::memory_of(13);
    must(memory.retype(k::abi::ObjectType::TCB, 0, {user::own_cspace, tcb_slot}));
    must(memory.retype(k::abi::ObjectType::CapTable, 2, {user::own_cspace, cell_slot}));
}

} // namespace

int main() {
    constexpr u64 guard = 64 - 2; // so that a CPtr is the number of a slot
    make_objects();
    must(prisoner.prepare(Tcb{tcb_slot}, {.entry = try_all,
                                          .priority = 10,
                                          .maximum_priority = limit,
                                          .around = {0, build_cell(), guard, user::own_vspace}}));
    must(Tcb{tcb_slot}.resume());
    must(own_tcb.set_priority(own_tcb, 1));
    print("and nobody else has been kept waiting\n");
    print("[ch12] OK\n");
    return 0;
}
