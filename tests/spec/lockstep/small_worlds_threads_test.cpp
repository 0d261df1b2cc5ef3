/// \file
/// Small worlds: threads that meet.
#include "small_worlds.hpp"

namespace spec {
namespace {

#if SPEC_CHAPTER >= 14

/// The slots of the second world.
constexpr Word endpoint = first_free;
constexpr Word badged = endpoint + 1;
constexpr Word other_thread = endpoint + 2;
constexpr Word other_buffer = endpoint + 3;

/// A second thread, that shares all with the first but its buffer; an endpoint with a badged
/// capability; a CNode of four slots.
std::vector<Call> two_threads() {
    return {
        make(place::untyped, 4, radix, first_cnode),
        make(place::small_untyped, 2, 0, endpoint),
        invoke(place::root, Method::CNodeMint, {badged, 64, endpoint, 64, 15, 1}, {place::root}),
        make(place::untyped, 1, 0, other_thread),
        make(place::untyped, 7, 0, other_buffer),
        invoke(other_thread, Method::Configure, {badged, 0, 0, 0x400},
               {place::root, place::vspace, other_buffer}),
        invoke(other_thread, Method::SetSchedParams, {255, 255}, {place::thread}),
        invoke(other_thread, Method::Resume, {})};
}

/// What two threads can do to each other.
std::vector<Call> meetings(const World&) {
    std::vector<Call> calls;
    for (const Syscall number : {Syscall::Call, Syscall::Send, Syscall::NbSend, Syscall::Recv,
                                 Syscall::NbRecv, Syscall::ReplyRecv}) {
        calls.push_back(message(number, endpoint, 0, {1}));
        calls.push_back(message(number, badged, 0, {2}));
    }
    calls.push_back(message(Syscall::Reply, 0, 0, {3}));
    calls.push_back(message(Syscall::Yield, 0, 0, {}));
    for (const Word thread : {place::thread, other_thread}) {
        calls.push_back(invoke(thread, Method::Suspend, {}));
        calls.push_back(invoke(thread, Method::Resume, {}));
        for (const Word priority : {254U, 255U}) {
            calls.push_back(invoke(thread, Method::SetPriority, {priority}, {place::thread}));
        }
    }
    calls.push_back(invoke(first_cnode, Method::CNodeSaveCaller, {0, radix}));
    calls.push_back(invoke(first_cnode, Method::CNodeDelete, {0, radix}));
    calls.push_back(
        invoke(place::root, Method::CNodeMove, {first_free + 6, 64, 0, radix}, {first_cnode}));
    calls.push_back(message(Syscall::Send, first_free + 6, 0, {4}));
    calls.push_back(invoke(place::root, Method::CNodeCancelBadgedSends, {badged, 64}));
    calls.push_back(invoke(place::root, Method::CNodeRevoke, {endpoint, 64}));
    calls.push_back(invoke(place::root, Method::CNodeDelete, {endpoint, 64}));
    return calls;
}

/// Two threads, an endpoint, a CNode of four slots.
TEST(SmallWorlds, TwoThreads) {
    expect_sound({.preparations = two_threads(), .calls = meetings}, "two threads");
}

#endif

#if SPEC_CHAPTER >= 15

constexpr Word notification = first_free + 4; ///< behind what two_threads() makes
constexpr Word signals = notification + 1;    ///< two badged ones

std::vector<Call> bound_thread() {
    std::vector<Call> calls = two_threads();
    calls.push_back(make(place::small_untyped, 3, 0, notification));
    for (const Word badge : {1U, 2U}) {
        calls.push_back(invoke(place::root, Method::CNodeMint,
                               {signals + badge - 1, 64, notification, 64, 15, badge},
                               {place::root}));
    }
    calls.push_back(invoke(other_thread, Method::BindNotification, {}, {notification}));
    return calls;
}

/// What two threads can tell each other by signals, of which one may be bound.
std::vector<Call> signals_and_waits(const World&) {
    std::vector<Call> calls;
    for (const Syscall number : {Syscall::Recv, Syscall::NbRecv}) {
        calls.push_back(message(number, notification, 0, {}));
        calls.push_back(message(number, endpoint, 0, {}));
    }
    calls.push_back(message(Syscall::Send, signals, 0, {}));
    calls.push_back(message(Syscall::Send, signals + 1, 0, {}));
    calls.push_back(message(Syscall::Call, badged, 0, {1}));
    calls.push_back(message(Syscall::Reply, 0, 0, {2}));
    calls.push_back(message(Syscall::Yield, 0, 0, {}));
    for (const Word thread : {place::thread, other_thread}) {
        calls.push_back(invoke(thread, Method::BindNotification, {}, {notification}));
        calls.push_back(invoke(thread, Method::UnbindNotification, {}));
        calls.push_back(invoke(thread, Method::Suspend, {}));
        calls.push_back(invoke(thread, Method::Resume, {}));
    }
    for (const Word slot : {notification, endpoint, other_thread}) {
        calls.push_back(invoke(place::root, Method::CNodeRevoke, {slot, 64}));
        calls.push_back(invoke(place::root, Method::CNodeDelete, {slot, 64}));
    }
    return calls;
}

/// A notification with two badges, an endpoint, two threads, one of them bound.
TEST(SmallWorlds, BoundThread) {
    expect_sound({.preparations = bound_thread(), .calls = signals_and_waits}, "a bound thread");
}

#endif

} // namespace
} // namespace spec
