// Chapter 13: two threads play ping and pong; who is served first; what a message holds; and what
// becomes of those who wait.
#include "lib/boot_info.hpp"
#include "lib/endpoint.hpp"
#include "lib/object_allocator.hpp"
#include "lib/print.hpp"
#include "lib/thread.hpp"

#include <algorithm>
#include <array>

namespace {

using k::u64;
using user::Endpoint;
using user::message;
using user::own_cspace;
using user::own_tcb;
using user::print;
using user::Received;
using user::Thread;
using user::word;

// Slots of the root CNode. They lie far behind those that boot fills, so they are free on every
// kernel.
constexpr u64 memory_slot = 0x1f00;
constexpr u64 threads_slot = 0x1f01; ///< the first of three
constexpr Endpoint to_pong{0x1f04};
constexpr Endpoint to_ping{0x1f05};
constexpr Endpoint meeting{0x1f06};
constexpr u64 badged_slot = 0x1f10; ///< that of badge 0; the others behind it

constexpr u64 own_priority = 50;
constexpr u64 threads_there_are = 3;

constinit std::array<Thread, threads_there_are> threads;

/// The TCB of a thread that has yet to begin, or has ended.
user::Tcb tcb(u64 which) {
    return user::Tcb{threads_slot + which};
}

/// Starts a thread. If its priority is higher than ours it runs until it has to wait.
void start(u64 which, void (*entry)(u64), u64 argument, u64 priority) {
    must(threads[which].start(tcb(which),
                              {.entry = entry, .argument = argument, .priority = priority}));
}

void make_objects() {
    constexpr u64 size_bits = 16;
    must(user::memory_of(size_bits + 1)
             .retype(k::abi::ObjectType::Untyped, size_bits, {own_cspace, memory_slot}));
    const user::Untyped memory{memory_slot};
    must(memory.retype(k::abi::ObjectType::TCB, 0, {own_cspace, threads_slot, threads_there_are}));
    must(memory.retype(k::abi::ObjectType::Endpoint, 0, {own_cspace, to_pong.cptr(), 3}));
}

// --- Ping and pong ------------------------------------------------------------------------------

void pong(u64) {
    for (;;) {
        const Received ball = to_pong.receive();
        print("  pong {}\n", word(0));
        to_ping.send(message(ball.label(), {word(0) + 1}));
    }
}

void play() {
    print("ping and pong\n");
    start(0, pong, 0, own_priority);
    for (u64 ball = 1; ball < 6;) {
        print("  ping {}\n", ball);
        to_pong.send(message(0, {ball + 1}));
        static_cast<void>(to_ping.receive());
        ball = word(0);
    }
    must(tcb(0).suspend());
}

// --- First come, first served -------------------------------------------------------------------

/// Sends the priority it has through a capability with its own badge.
void introduce_itself(u64 badge) {
    constexpr std::array<u64, threads_there_are> priorities{60, 80, 70};
    Endpoint{badged_slot + badge}.send(message(0, {priorities[badge - 1]}));
}

void serve() {
    print("three senders, one after the other\n");
    constexpr std::array<u64, threads_there_are> priorities{60, 80, 70};
    for (u64 i = 0; i < threads_there_are; ++i) {
        const auto badged = own_cspace.slot(badged_slot + i + 1);
        must(badged.mint_from(slot_of(meeting), user::all_rights, i + 1));
        start(i, introduce_itself, i + 1, priorities[i]);
    }
    for (u64 i = 0; i < threads_there_are; ++i) {
        const Received from = meeting.receive();
        print("  badge {}, priority {}\n", from.badge, word(0));
    }
    const Received nobody = meeting.try_receive();
    print("  badge {}: nobody else\n", nobody.badge);
}

// --- What a message holds -----------------------------------------------------------------------

constexpr u64 label = 0x7e55e7a;

void send_long_message(u64 length) {
    for (u64 i = 0; i < k::abi::message_words; ++i)
        seL4_SetMR(static_cast<int>(i), i * i);
    meeting.send(seL4_MessageInfo_new(label, 0, 0, length));
}

bool is_square(u64 i) {
    return word(static_cast<int>(i)) == i * i;
}

/// Receives a message of which each word is its own number's square.
void receive_squares(const char* what) {
    for (u64 i = 0; i < k::abi::message_words; ++i)
        seL4_SetMR(static_cast<int>(i), 0);
    const Received received = meeting.receive();
    u64 right = 0;
    while (right < received.length() && is_square(right))
        ++right;
    const u64 beyond = std::max(right, k::abi::message_registers); // where nothing must have come
    const bool more = beyond < k::abi::message_words && is_square(beyond);
    print("  {}: {} words, {} right{}, label {:#x}\n", what, received.length(), right,
          more ? " AND MORE" : "", received.label());
}

/// \param kept  with what of the buffer's frame the sender is left
void send_with_weak_buffer(const char* what, user::BufferPlace kept) {
    must(threads[0].prepare(tcb(0), {.entry = send_long_message, .argument = 120, .priority = 60}));
    must(tcb(0).set_buffer(kept));
    must(tcb(0).resume());
    receive_squares(what);
}

void send_long_messages() {
    print("long messages\n");
    for (const u64 length : {u64{0}, u64{4}, u64{5}, u64{120}, u64{127}}) {
        start(0, send_long_message, length, 60);
        receive_squares("sent");
    }
    const user::Frame frame = user::image_frame(&threads[0].buffer());
    const user::Frame weak{badged_slot};
    const auto address = reinterpret_cast<u64>(&threads[0].buffer());
    send_with_weak_buffer("without a buffer", {0, frame});
    must(slot_of(weak).copy_from(slot_of(frame), user::read_only));
    send_with_weak_buffer("with one that can only be read", {address, weak});
    must(slot_of(weak).remove());

    const user::Frame own_frame{k::abi::InitialSlot::InitThreadIPCBuffer};
    const u64 own_buffer = user::boot_info().ipc_buffer;
    must(slot_of(weak).copy_from(slot_of(own_frame), user::read_only));
    must(own_tcb.set_buffer({own_buffer, weak}));
    start(0, send_long_message, 120, 60);
    receive_squares("received in such a one");
    must(own_tcb.set_buffer({own_buffer, own_frame}));
    must(slot_of(weak).remove());
}

// --- Those who wait -----------------------------------------------------------------------------

void call_once(u64) {
    const auto info = meeting.call(message(0, {})).info;
    print("  its call is answered: {}\n", name(k::abi::Error{info[k::abi::MessageInfo::label]}));
}

void show_waiting() {
    print("nobody waits\n");
    meeting.try_send(message(0, {1}));
    print("  sent without waiting: badge {} for who asks later\n", meeting.try_receive().badge);

    print("somebody waits\n");
    start(0, introduce_itself, 1, 60);
    must(tcb(0).suspend());
    print("  suspended: badge {}\n", meeting.try_receive().badge);
    must(tcb(0).resume());
    print("  resumed: badge {}\n", meeting.try_receive().badge);
}

void delete_endpoint() {
    print("the endpoint goes\n");
    start(0, call_once, 0, 60);
    must(slot_of(meeting).revoke());
    print("  its copies, and the sender does not mind\n");
    must(slot_of(meeting).remove());
}

} // namespace

int main() {
    make_objects();
    must(own_tcb.set_priority(own_tcb, own_priority));
    play();
    serve();
    send_long_messages();
    show_waiting();
    delete_endpoint();
    print("[ch13] OK\n");
    return 0;
}
