// Chapter 14: a server tells its clients apart, keeps one waiting, gets capabilities in messages,
// and loses a client.
#include "lib/endpoint.hpp"
#include "lib/object_allocator.hpp"
#include "lib/print.hpp"
#include "lib/thread.hpp"

#include <array>

namespace {

using k::u64;
using k::abi::MessageInfo;
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
constexpr u64 threads_slot = 0x1f01; ///< the first of two
constexpr Endpoint counter{0x1f03};
constexpr Endpoint present{0x1f04};
constexpr u64 saved_slot = 0x1f05;
constexpr u64 received_slot = 0x1f06;
constexpr u64 badged_slot = 0x1f10; ///< that of badge 0; the others behind it

constexpr u64 own_priority = 50;
constexpr u64 client_priority = 60; ///< higher: a client runs until it has to wait
constexpr u64 threads_there_are = 2;

constinit std::array<Thread, threads_there_are> threads;

std::string_view error_in(MessageInfo info) {
    return name(k::abi::Error{info[MessageInfo::label]});
}

void make_objects() {
    constexpr u64 size_bits = 16;
    must(user::memory_of(size_bits + 1)
             .retype(k::abi::ObjectType::Untyped, size_bits, {own_cspace, memory_slot}));
    const user::Untyped memory{memory_slot};
    must(memory.retype(k::abi::ObjectType::TCB, 0, {own_cspace, threads_slot, threads_there_are}));
    must(memory.retype(k::abi::ObjectType::Endpoint, 0, {own_cspace, counter.cptr(), 2}));
}

/// The capability with a badge, by which a client knows the server.
Endpoint badged(u64 badge) {
    return Endpoint{badged_slot + badge};
}

void mint(u64 badge, user::CapRights rights = user::all_rights) {
    must(slot_of(badged(badge)).mint_from(slot_of(counter), rights, badge));
}

/// Starts a client; it runs until it has to wait.
void start(u64 which, void (*entry)(u64), u64 argument) {
    must(threads[which].start(user::Tcb{threads_slot + which},
                              {.entry = entry, .argument = argument, .priority = client_priority}));
}

// --- Two clients --------------------------------------------------------------------------------

/// Asks the server three times to add something to its account.
void save_money(u64 badge) {
    for (u64 i = 0; i < 3; ++i) {
        static_cast<void>(badged(badge).call(message(0, {badge * 10})));
        print("  client {}: I have {}\n", badge, word(0));
    }
}

/// Serves six requests. Whose account a request is about is not in the message.
void keep_accounts() {
    print("two clients\n");
    std::array<u64, threads_there_are + 1> accounts{};
    mint(1);
    mint(2);
    start(0, save_money, 1);
    start(1, save_money, 2);
    Received request = counter.receive();
    for (u64 i = 0; i < 6; ++i) {
        u64& account = accounts[request.badge];
        account += word(0);
        const auto answer = message(0, {account});
        if (i == 5)
            seL4_Reply(answer);
        else
            request = counter.reply_and_receive(answer);
    }
}

// --- A client that has to wait ------------------------------------------------------------------

void ask(u64 badge) {
    static_cast<void>(badged(badge).call(message(0, {})));
    print("  client {}: {}\n", badge, word(0));
}

void save_for_later() {
    print("an answer for later\n");
    const Endpoint saved{saved_slot};
    start(0, ask, 1);
    static_cast<void>(counter.receive());
    must(slot_of(saved).save_caller());
    start(1, ask, 2);
    static_cast<void>(counter.receive());
    seL4_Reply(message(0, {22}));
    saved.send(message(0, {11}));
    print("  a second answer: {}\n", error_in(saved.call(message(0, {12})).info));
}

// --- Capabilities in messages -------------------------------------------------------------------

/// Sends capabilities to endpoints, as many as the argument says: to `present`, and to the server's
/// own.
void give(u64 count) {
    seL4_SetCap(0, present.cptr());
    seL4_SetCap(1, badged(2).cptr());
    seL4_SetCap(2, present.cptr());
    static_cast<void>(badged(1).call(message(0, {}, count)));
    print("  client: and back {}\n",
          seL4_DebugCapIdentify(received_slot + 1) == 0 ? "nothing" : "one");
}

void receive_present(const char* what, u64 count) {
    seL4_SetCapReceivePath(own_cspace.cptr(), received_slot, 64);
    start(0, give, count);
    const Received received = counter.receive();
    print("  {}: {} of {}, unwrapped {:#x}", what, received.info[MessageInfo::extra_caps], count,
          received.info[MessageInfo::caps_unwrapped]);
    if (received.info[MessageInfo::extra_caps] > 1) print(", badge {}", seL4_GetBadge(1));
    const user::Capability got{received_slot};
    print(", the slot: {}\n", static_cast<u64>(got.type()) == 0 ? "empty" : "an endpoint");
}

void get_presents() {
    print("capabilities in a message\n");
    seL4_IPCBuffer& buffer = threads[0].buffer();
    buffer.receiveCNode = own_cspace.cptr();
    buffer.receiveIndex = received_slot + 1;
    buffer.receiveDepth = 64;
    for (const u64 count : {u64{1}, u64{2}, u64{3}}) {
        receive_present("all rights", count);
        seL4_SetCap(0, received_slot);
        seL4_Reply(message(0, {}, 1));
        must(own_cspace.slot(received_slot + 1).remove());
        must(own_cspace.slot(received_slot).remove());
    }
    must(slot_of(badged(1)).remove());
    mint(1, user::CapRights{0x9}); // write, and have a reply
    receive_present("no right to grant", 1);
    seL4_Reply(message(0, {}));
}

// --- A client that is let go --------------------------------------------------------------------

void insist(u64 badge) {
    const Received answer = badged(badge).call(message(0, {}));
    print("  client {}: {}\n", badge, error_in(answer.info));
}

void let_go() {
    print("a client is let go\n");
    must(slot_of(badged(1)).remove());
    mint(1);
    start(0, insist, 1);
    start(1, insist, 2);
    const Endpoint spare{saved_slot};
    must(slot_of(spare).move_from(slot_of(badged(1))));
    print("  its capability is taken from it, but its message waits\n");
    must(slot_of(spare).cancel_badged_sends());
    const Received next = counter.receive();
    print("  server: badge {} is the first\n", next.badge);
    seL4_Reply(message(0, {}));
}

} // namespace

int main() {
    make_objects();
    must(own_tcb.set_priority(own_tcb, own_priority));
    keep_accounts();
    save_for_later();
    get_presents();
    let_go();
    print("[ch14] OK\n");
    return 0;
}
