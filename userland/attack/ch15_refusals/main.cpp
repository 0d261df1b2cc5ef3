// What cannot be done with notifications: to signal or to hear without the right, to hear what is
// bound to somebody else, to bind what is taken. And what becomes of who waits when a notification
// goes, or of a notification when its thread goes.
#include "lib/endpoint.hpp"
#include "lib/notification.hpp"
#include "lib/print.hpp"
#include "lib/thread.hpp"
#include "lib/untyped.hpp"

#include <array>

namespace {

using k::u64;
using k::abi::MessageInfo;
using k::abi::ObjectType;
using user::Notification;
using user::own_cspace;
using user::own_tcb;
using user::print;
using user::Status;

// Slots of the root CNode, far behind those that boot fills.
constexpr u64 memory = 0x1f00;
constexpr u64 tcbs = 0x1f01; ///< the first of two
constexpr Notification bell{0x1f03};
constexpr Notification other{0x1f04};
constexpr user::Endpoint door{0x1f05};
constexpr Notification to_signal{0x1f06}; ///< the bell, to be signalled only
constexpr Notification to_hear{0x1f07};
constexpr u64 empty = 0x1f08;

constexpr u64 own_priority = 50;

constinit std::array<user::Thread, 2> threads;

/// Prints what an attempt came to.
void show(const char* what, const Status& status) {
    print("  {:<44} ", what);
    if (status)
        print("done\n");
    else
        user::print_refusal(status.error());
}

user::Tcb tcb(u64 which) {
    return user::Tcb{tcbs + which};
}

void start(u64 which, void (*entry)(u64), Notification notification) {
    must(threads[which].start(tcb(which),
                              {.entry = entry, .argument = notification.cptr(), .priority = 60}));
}

void make(ObjectType type, u64 slot, u64 count = 1) {
    must(user::Untyped{memory}.retype(type, 0, {own_cspace, slot, count}));
}

void mint(Notification to, Notification from, user::CapRights rights, u64 badge) {
    must(slot_of(to).mint_from(slot_of(from), rights, badge));
}

constexpr user::CapRights only_write{0x1};
constexpr user::CapRights only_read{0x2};

void make_objects() {
    constexpr u64 size_bits = 16;
    must(user::memory_of(size_bits + 1)
             .retype(ObjectType::Untyped, size_bits, {own_cspace, memory}));
    make(ObjectType::TCB, tcbs, 2);
    make(ObjectType::Notification, bell.cptr(), 2);
    make(ObjectType::Endpoint, door.cptr());
    mint(to_signal, bell, only_write, 6);
    mint(to_hear, bell, only_read, 1);
}

void wait_once(u64 cptr) {
    const u64 badges = Notification{cptr}.wait();
    print("  it hears {:#x}\n", badges);
}

/// What a Call to a notification is answered.
Status call(Notification notification) {
    const auto answer = seL4_Call(notification.cptr(), user::message(77, {1, 2, 3}));
    return user::status_of(static_cast<seL4_Error>(seL4_MessageInfo_get_label(answer)));
}

void show_rights() {
    print("rights\n");
    show("signal, with the right to", call(to_signal));
    show("signal, without the right to", call(to_hear));
    to_hear.signal(); // of which nobody hears
    print("  kept: {:#x}\n", to_hear.poll());
    print("wait, without the right to\n");
    start(0, wait_once, to_signal);
}

void show_binding() {
    print("bind\n");
    show("an endpoint", tcb(0).bind(Notification{door.cptr()}));
    show("nothing", tcb(0).bind(Notification{empty}));
    show("without the right to hear", tcb(0).bind(to_signal));
    start(1, wait_once, bell);
    show("while somebody waits", tcb(0).bind(bell));
    to_signal.signal();
    show("to_hear", tcb(0).bind(to_hear));
    show("it again", tcb(0).bind(bell));
    show("another one", tcb(0).bind(other));
    show("it to another thread", tcb(1).bind(bell));
    show("unbind what is not bound", tcb(1).unbind());
    print("wait for what is bound to another thread\n");
    start(1, wait_once, bell);
}

void show_deletion() {
    print("the bound thread goes\n");
    must(slot_of(tcb(0)).remove());
    show("bind to another one", tcb(1).bind(bell));
    show("unbind", tcb(1).unbind());
    show("unbind again", tcb(1).unbind());

    print("who waits is stopped, and set going when the bell has rung\n");
    start(1, wait_once, bell);
    must(tcb(1).suspend());
    to_signal.signal();
    must(tcb(1).resume());

    print("the bell goes while somebody waits\n");
    start(1, wait_once, bell);
    must(slot_of(bell).revoke());
    must(slot_of(bell).remove());
}

} // namespace

int main() {
    make_objects();
    must(own_tcb.set_priority(own_tcb, own_priority));
    show_rights();
    show_binding();
    show_deletion();
    print("[ch15] OK\n");
    return 0;
}
