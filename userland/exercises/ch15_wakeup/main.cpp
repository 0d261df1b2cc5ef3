// For exercise 15/wakeup: a worker that is told by a bell that there is something to do, and a
// thread of its own priority that finds it things to do.
#include "lib/endpoint.hpp"
#include "lib/notification.hpp"
#include "lib/print.hpp"
#include "lib/thread.hpp"
#include "lib/untyped.hpp"

#include <atomic>

namespace {

using k::u64;
using k::abi::ObjectType;
using user::Endpoint;
using user::Notification;
using user::own_cspace;
using user::own_tcb;
using user::print;

// Slots of the root CNode, far behind those that boot fills.
constexpr u64 memory_slot = 0x1f00;
constexpr u64 worker_slot = 0x1f01;
constexpr Endpoint door{0x1f02};
constexpr Notification bell{0x1f03};
constexpr Notification done{0x1f04};

constexpr u64 priority = 50; ///< of both
constexpr u64 things = 10'000;
constexpr u64 in_a_batch = 1'000;
constexpr u64 to_find = 2'000; ///< rounds of a loop that it takes to find a thing to do
constexpr u64 to_do = 1'900;   ///< and to do it

constinit user::Thread worker;
constinit std::atomic<u64> found{0};

void make_objects() {
    constexpr u64 size_bits = 16;
    must(user::memory_of(size_bits + 1)
             .retype(ObjectType::Untyped, size_bits, {own_cspace, memory_slot}));
    const user::Untyped memory{memory_slot};
    must(memory.retype(ObjectType::TCB, 0, {own_cspace, worker_slot}));
    must(memory.retype(ObjectType::Endpoint, 0, {own_cspace, door.cptr()}));
    must(memory.retype(ObjectType::Notification, 0, {own_cspace, bell.cptr(), 2}));
}

/// Takes some time.
void toil(u64 rounds) {
    for (u64 i = 0; i < rounds; ++i)
        asm volatile("");
}

/// Does what there is to do, whenever the bell rings.
void work(u64) {
    for (u64 finished = 0; finished < things;) {
        static_cast<void>(door.receive());
        for (const u64 there_is = found; finished < there_is; ++finished) {
            toil(to_do);
            if ((finished + 1) % in_a_batch == 0) print("  {} things are done\n", finished + 1);
        }
    }
    done.signal();
}

} // namespace

int main() {
    make_objects();
    must(own_tcb.set_priority(own_tcb, priority));
    must(user::Tcb{worker_slot}.bind(bell));
    must(
        worker.start(user::Tcb{worker_slot}, {.entry = work, .argument = 0, .priority = priority}));
    print("a worker and a bell\n");
    seL4_Yield(); // the worker goes to the door
    for (u64 i = 0; i < things; ++i) {
        toil(to_find);
        found.fetch_add(1);
        bell.signal();
    }
    static_cast<void>(done.wait());
    print("[ch15] OK\n");
    return 0;
}
