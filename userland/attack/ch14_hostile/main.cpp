// What parties to a message must not get away with: a second answer, another's name, words and
// capabilities that are not there, a capability where none should go. Each attempt is refused, or
// comes to nothing, and the other party has its message all the same.
#include "lib/endpoint.hpp"
#include "lib/print.hpp"
#include "lib/thread.hpp"

#include <sel4/sel4.h>

namespace {

using k::u64;
using k::u8;
using k::abi::MessageInfo;
using k::abi::ObjectType;
using user::CNode;
using user::Endpoint;
using user::message;
using user::own_cspace;
using user::print;
using user::Received;
using user::Status;

// Slots of the root CNode, far behind those that boot fills.
constexpr u64 memory = 0x1f00;
constexpr user::Tcb client_tcb{0x1f01};
constexpr Endpoint server{0x1f02};
constexpr Endpoint present{0x1f03};
constexpr CNode cnode{0x1f04};
constexpr Endpoint client_cap{0x1f05}; ///< the client's, with its badge
constexpr Endpoint reply{0x1f06};
constexpr u64 other = 0x1f07;
constexpr u64 empty = 0x1f08;
constexpr u64 taken = 0x1f09;

constexpr u64 nowhere = k::bit(40); ///< the root's guard has other bits
constexpr u64 badge = 7;
constexpr u8 cnode_radix = 2;

constinit user::Thread client;

/// Prints what an attempt came to.
void show(const char* what, const Status& status) {
    print("  {:<44} ", what);
    if (status)
        print("done\n");
    else
        user::print_refusal(status.error());
}

bool is_empty(u64 slot) {
    return static_cast<u64>(user::Capability{slot}.type()) == 0;
}

void make(ObjectType type, u64 slot, u64 size_bits = 0) {
    must(user::Untyped{memory}.retype(type, size_bits, {own_cspace, slot}));
}

void make_objects() {
    constexpr u64 size_bits = 16;
    must(user::memory_of(size_bits + 1)
             .retype(ObjectType::Untyped, size_bits, {own_cspace, memory}));
    make(ObjectType::TCB, client_tcb.cptr());
    make(ObjectType::Endpoint, server.cptr());
    make(ObjectType::Endpoint, present.cptr());
    make(ObjectType::CapTable, cnode.cptr(), cnode_radix);
    must(slot_of(client_cap).mint_from(slot_of(server), user::all_rights, badge));
    must(own_cspace.slot(taken).copy_from(slot_of(present)));
}

/// Starts the client. Its priority is higher than ours: it runs until it has to wait.
void start(void (*entry)(u64), u64 argument = 0) {
    must(client.start(client_tcb, {.entry = entry, .argument = argument, .priority = 60}));
}

// --- Answers ------------------------------------------------------------------------------------

constinit u64 answers = 0;

void call(u64) {
    static_cast<void>(client_cap.call(message(0, {})));
    ++answers;
}

/// Lets the client call, and keeps the right to answer it.
void receive_and_save() {
    start(call);
    static_cast<void>(server.receive());
    must(slot_of(reply).save_caller());
}

/// Answers, by Call, so that the kernel says what it thinks of it.
Status answer(u64 cptr) {
    const auto info = Endpoint{cptr}.call(message(0, {})).info;
    return user::status_of(static_cast<seL4_Error>(info[MessageInfo::label]));
}

void answer_twice() {
    print("answers\n");
    start(call);
    static_cast<void>(server.receive());
    seL4_Reply(message(0, {}));
    seL4_Reply(message(0, {}));
    print("  {:<44} {} of 1\n", "answered twice by Reply: answers", answers);
    receive_and_save();
    const auto saved = slot_of(reply);
    show("copy the right to answer", own_cspace.slot(other).copy_from(saved));
    show("mint from it", own_cspace.slot(other).mint_from(saved, user::all_rights, 1));
    show("move it", own_cspace.slot(other).move_from(saved));
    show("answer from where it was", answer(reply.cptr()));
    show("answer", answer(other));
    show("answer again", answer(other));
    print("  {:<44} {} of 2\n", "answers", answers);
}

void answer_nobody() {
    receive_and_save();
    must(client_tcb.suspend());
    show("answer one that has been suspended", answer(reply.cptr()));
    must(client_tcb.resume());
    print("  {:<44} badge {}\n", "resumed, it asks again", server.receive().badge);
    seL4_Reply(message(0, {}));
    receive_and_save();
    must(slot_of(client_tcb).remove());
    show("answer one that has been deleted", answer(reply.cptr()));
    print("  {:<44} {} of 3\n", "answers", answers);
    make(ObjectType::TCB, client_tcb.cptr());
}

// --- Names --------------------------------------------------------------------------------------

void send(u64 info) {
    client_cap.send(seL4_MessageInfo_t{{info}});
}

/// Receives from a client that sends any message info at all.
void receive(const char* what, MessageInfo info) {
    start(send, info.raw());
    const Received received = server.receive();
    print("  {:<44} badge {}, label {:#x}, {} words, {} capabilities, unwrapped {}\n", what,
          received.badge, received.label(), received.length(),
          received.info[MessageInfo::extra_caps], received.info[MessageInfo::caps_unwrapped]);
}

void forge() {
    print("another's name\n");
    const auto own = slot_of(client_cap);
    show("mint another badge", own_cspace.slot(other).mint_from(own, user::all_rights, 8));
    show("mint no badge", own_cspace.slot(other).mint_from(own, user::all_rights, 0));
    show("mutate", own_cspace.slot(other).mutate_from(own, 8));
    show("rotate", own_cspace.slot(other).rotate(8, own, 0, own_cspace.slot(taken)));
    receive("say that capabilities were unwrapped",
            MessageInfo{}.with(MessageInfo::caps_unwrapped, 7));
    receive("the largest label", MessageInfo{}.with(MessageInfo::label, MessageInfo::label.max));
    receive("127 words", MessageInfo{}.with(MessageInfo::length, 127));
}

// --- Capabilities that are not there ------------------------------------------------------------

void send_three(u64 first, u64 cptr) {
    seL4_SetCap(0, first);
    seL4_SetCap(1, cptr);
    seL4_SetCap(2, cptr);
    client_cap.try_send(seL4_MessageInfo_new(0, 0, 3, 0));
}

constinit u64 received_caps = 0;

/// Receives one message, as a thread of its own, so that its sender need not wait.
void receive_one(u64) {
    const Received received = server.receive();
    received_caps = received.info[MessageInfo::extra_caps];
    print("received, {} capabilities\n", received_caps);
}

void send_rubbish() {
    print("three capabilities that are not all there\n");
    client.buffer().receiveCNode = own_cspace.cptr();
    client.buffer().receiveIndex = empty;
    client.buffer().receiveDepth = 64;
    start(receive_one);
    print("  {:<44} ", "two of them are nowhere");
    send_three(present.cptr(), nowhere);
    print("not received\n");
    print("  {:<44} ", "two of them are empty slots");
    send_three(present.cptr(), other);
    must(own_cspace.slot(empty).remove());
    start(receive_one);
    print("  {:<44} ", "all of them are empty slots");
    send_three(other, other);
}

// --- Receive slots ------------------------------------------------------------------------------

struct ReceivePath {
    u64 root;
    u64 index;
    u64 depth;
};

void give(u64) {
    seL4_SetCap(0, present.cptr());
    client_cap.send(seL4_MessageInfo_new(0, 0, 1, 0));
}

void receive_at(const char* what, ReceivePath path) {
    seL4_SetCapReceivePath(path.root, path.index, path.depth);
    start(give);
    const Received received = server.receive();
    print("  {:<44} badge {}, {} capabilities\n", what, received.badge,
          received.info[MessageInfo::extra_caps]);
}

void receive_anywhere() {
    print("receive slots\n");
    const u64 root = own_cspace.cptr();
    receive_at("an occupied one", {root, taken, 64});
    receive_at("the null slot, too high", {root, k::bit(63), 64});
    receive_at("at depth 0", {root, empty, 0});
    receive_at("at depth 65", {root, empty, 65});
    receive_at("at depth 2^64 - 1", {root, empty, ~u64{0}});
    receive_at("with bits left over", {root, empty, 63});
    receive_at("in a CNode that is nowhere", {nowhere, empty, 64});
    receive_at("in an empty slot", {other, empty, 64});
    receive_at("in an endpoint", {server.cptr(), empty, 64});
    receive_at("in the sender's capability", {client_cap.cptr(), 0, 1});
    receive_at("in a CNode with too many bits", {cnode.cptr(), 0, 64});
    receive_at("where it should", {cnode.cptr(), 3, cnode_radix});
    receive_at("once more", {cnode.cptr(), 3, cnode_radix});
    print("  {:<44} {}\n", "the empty slot is", is_empty(empty) ? "empty" : "NOT EMPTY");
}

} // namespace

int main() {
    make_objects();
    must(user::own_tcb.set_priority(user::own_tcb, 50));
    answer_twice();
    answer_nobody();
    forge();
    send_rubbish();
    receive_anywhere();
    print("[ch14] OK\n");
    return 0;
}
