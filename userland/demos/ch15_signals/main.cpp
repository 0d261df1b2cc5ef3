// Chapter 15: signals that nobody waits for are kept as one; who is told first; why a signal says
// that there is something to do, and not how much; and a server that hears calls and signals at one
// door.
#include "lib/endpoint.hpp"
#include "lib/notification.hpp"
#include "lib/print.hpp"
#include "lib/thread.hpp"
#include "lib/untyped.hpp"

#include <array>

namespace {

using k::u64;
using k::usize;
using user::Endpoint;
using user::message;
using user::Notification;
using user::own_cspace;
using user::own_tcb;
using user::print;
using user::Received;
using user::word;

// Slots of the root CNode. They lie far behind those that boot fills, so they are free on every
// kernel.
constexpr u64 memory_slot = 0x1f00;
constexpr u64 threads_slot = 0x1f01; ///< the first of three
constexpr Notification bell{0x1f04};
constexpr Notification done{0x1f05};
constexpr Endpoint door{0x1f06};
constexpr u64 badged_slot =
    0x1f10; ///< a copy of the bell with badge b is in the b-th slot from here
constexpr Endpoint client_door{0x1f40};

constexpr u64 own_priority = 50;
constexpr usize threads_there_are = 3;

constinit std::array<user::Thread, threads_there_are> threads;

user::Tcb tcb(u64 which) {
    return user::Tcb{threads_slot + which};
}

/// Starts a thread. If its priority is higher than ours it runs until it has to wait.
void start(u64 which, void (*entry)(u64), u64 argument, u64 priority) {
    must(threads[which].start(tcb(which),
                              {.entry = entry, .argument = argument, .priority = priority}));
}

void make_objects() {
    using k::abi::ObjectType;
    constexpr u64 size_bits = 16;
    must(user::memory_of(size_bits + 1)
             .retype(ObjectType::Untyped, size_bits, {own_cspace, memory_slot}));
    const user::Untyped memory{memory_slot};
    must(memory.retype(ObjectType::TCB, 0, {own_cspace, threads_slot, threads_there_are}));
    must(memory.retype(ObjectType::Notification, 0, {own_cspace, bell.cptr(), 2}));
    must(memory.retype(ObjectType::Endpoint, 0, {own_cspace, door.cptr()}));
}

/// The bell, so that its ringing brings this badge.
Notification with_badge(u64 badge) {
    const Notification copy{badged_slot + badge};
    if (copy.type() == k::abi::CapabilityType::Null)
        must(slot_of(copy).mint_from(slot_of(bell), user::all_rights, badge));
    return copy;
}

// --- Signals that nobody waits for --------------------------------------------------------------

void coalesce() {
    print("nobody waits\n");
    for (const u64 badge : std::array<u64, 4>{1, 2, 4, 2}) {
        with_badge(badge).signal();
        print("  signalled {:#x}\n", badge);
    }
    print("  wait: {:#x}\n", bell.wait());
    print("  poll: {:#x}\n", bell.poll());
    bell.signal();
    print("  signalled without a badge\n");
    print("  wait: {:#x}, at once\n", bell.wait());
}

// --- Who is told first --------------------------------------------------------------------------

struct Waiter {
    const char* came;
    u64 priority;
};

constexpr std::array<Waiter, threads_there_are> waiters{
    {{"first", 60}, {"second", 80}, {"third", 70}}};

void wait_once(u64 which) {
    const u64 badges = bell.wait();
    const Waiter& waiter = waiters[which];
    print("  who came {}, with priority {}, is told {:#x}\n", waiter.came, waiter.priority, badges);
}

void queue_up() {
    print("three wait\n");
    for (u64 i = 0; i < threads_there_are; ++i)
        start(i, wait_once, i, waiters[i].priority);
    for (const u64 badge : std::array<u64, 4>{1, 2, 4, 8})
        with_badge(badge).signal();
    print("  kept: {:#x}\n", bell.poll());
}

// --- Something to do, and how much --------------------------------------------------------------

u64 produced = 0;

/// Works off what has been produced whenever the bell rings.
void consume(u64) {
    for (u64 consumed = 0;;) {
        const u64 badges = bell.wait();
        const u64 found = produced - consumed;
        consumed += found;
        print("  woken by {:#x}, and finds {} things to do\n", badges, found);
        done.signal();
    }
}

/// Rings for each thing, but lets the consumer run only after all of them.
void produce(u64 things) {
    for (u64 i = 0; i < things; ++i) {
        ++produced;
        with_badge(1).signal();
    }
    static_cast<void>(done.wait());
}

void work() {
    print("a consumer of lower priority\n");
    start(0, consume, 0, own_priority - 1);
    produce(5);
    produce(1);
    must(tcb(0).suspend());
}

// --- Calls and signals at one door --------------------------------------------------------------

constexpr u64 client_badge = 0x77;

void serve(u64) {
    Received received = door.receive();
    for (;;) {
        if (received.badge == client_badge) {
            print("  a call, with {}\n", word(0));
            received = door.reply_and_receive(message(0, {2 * word(0)}));
        } else {
            print("  a signal, {:#x}\n", received.badge);
            received = door.receive();
        }
    }
}

void call_once(u64 number) {
    static_cast<void>(client_door.call(message(0, {number})));
    print("  the answer to {} is {}\n", number, word(0));
}

void listen() {
    print("a server with a bell\n");
    must(slot_of(client_door).mint_from(slot_of(door), user::all_rights, client_badge));
    must(tcb(0).bind(bell));
    start(1, call_once, 21, 60); // there is no server yet: the call waits
    with_badge(1).signal();
    with_badge(4).signal();
    start(0, serve, 0, 60);
    with_badge(2).signal(); // while the server waits for calls
    start(1, call_once, 4, 60);
    must(tcb(0).unbind());
    with_badge(8).signal();
    print("  unbound, it hears no bell: {:#x} is kept\n", bell.poll());
}

} // namespace

int main() {
    make_objects();
    must(own_tcb.set_priority(own_tcb, own_priority));
    coalesce();
    queue_up();
    work();
    listen();
    print("[ch15] OK\n");
    return 0;
}
