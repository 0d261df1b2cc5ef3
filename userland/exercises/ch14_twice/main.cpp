// For exercise 14/twice: a bank that puts its answer aside and answers at once, and a shop whose
// client it is not.
#include "lib/endpoint.hpp"
#include "lib/print.hpp"
#include "lib/thread.hpp"
#include "lib/untyped.hpp"

namespace {

using k::u64;
using k::abi::ObjectType;
using user::Endpoint;
using user::message;
using user::own_cspace;
using user::own_tcb;
using user::print;
using user::word;

// Slots of the root CNode, far behind those that boot fills.
constexpr u64 memory_slot = 0x1f00;
constexpr u64 client_slot = 0x1f01;
constexpr u64 endpoint_slots = 0x1f02; ///< the servers' own, two of them
constexpr Endpoint bank{0x1f04};       ///< the client's capabilities to the same
constexpr Endpoint shop{0x1f05};
constexpr Endpoint saved{0x1f06};

constexpr u64 client_badge = 7;
constexpr u64 own_priority = 50;
constexpr u64 client_priority = 60; ///< higher: it runs until it has to wait

constinit user::Thread client;

void make_objects() {
    constexpr u64 size_bits = 16;
    must(user::memory_of(size_bits + 1)
             .retype(ObjectType::Untyped, size_bits, {own_cspace, memory_slot}));
    const user::Untyped memory{memory_slot};
    must(memory.retype(ObjectType::TCB, 0, {own_cspace, client_slot}));
    must(memory.retype(ObjectType::Endpoint, 0, {own_cspace, endpoint_slots, 2}));
    for (u64 server = 0; server < 2; ++server)
        must(own_cspace.slot(bank.cptr() + server)
                 .mint_from(own_cspace.slot(endpoint_slots + server), user::all_rights,
                            client_badge));
}

/// Asks the bank, and then the shop.
void ask_both(u64) {
    static_cast<void>(bank.call(message(0, {})));
    print("  client: the bank says {}\n", word(0));
    static_cast<void>(shop.call(message(0, {})));
    print("  client: the shop says {}\n", word(0));
}

/// Whether anybody has asked.
bool is_asked(Endpoint server) {
    return server.try_receive().badge == client_badge;
}

void say(std::string_view who, bool asked) {
    print("{} {}\n", who, asked ? "has been asked" : "has not been asked");
}

} // namespace

int main() {
    make_objects();
    must(own_tcb.set_priority(own_tcb, own_priority));
    must(client.start(user::Tcb{client_slot},
                      {.entry = ask_both, .argument = 0, .priority = client_priority}));

    say("the bank", is_asked(bank));
    must(slot_of(saved).save_caller());
    print("the bank puts its answer aside, and answers at once: 100\n");
    seL4_Reply(message(0, {100}));
    say("the shop", is_asked(shop));
    print("the bank gives the answer that it has put aside: 200\n");
    saved.send(message(0, {200}));
    say("the shop", is_asked(shop));
    print("the shop answers: 30\n");
    seL4_Reply(message(0, {30}));
    print("[ch14] OK\n");
    return 0;
}
