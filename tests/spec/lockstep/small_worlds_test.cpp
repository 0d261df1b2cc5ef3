/// \file
/// Small worlds, explored as far as there is time: SPEC_STATES says how many states (default
/// 1,500).
#include "derivation.hpp"
#include "explorer.hpp"
#include "pair.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace spec {
namespace {

constexpr Word first_cnode = 20; ///< the slots of two CNodes of four slots
constexpr Word second_cnode = 21;
constexpr Word first_free = 22; ///< of the root CNode
constexpr Word radix = 2;

Call invoke(Word cptr, Method method, const Words& words, const Words& cptrs = {}) {
    return message(Syscall::Call, cptr, Word(method), words, cptrs);
}

Call make(Word untyped, Word type, Word bits, Word to, Word count = 1) {
    return invoke(untyped, Method::UntypedRetype, {type, bits, 0, 0, to, count}, {place::root});
}

std::size_t most_states() {
    const char* number = std::getenv("SPEC_STATES"); // NOLINT(concurrency-mt-unsafe): one thread
    return number == nullptr ? 1'500 : std::strtoul(number, nullptr, 10);
}

/// A slot of one of the two small CNodes.
struct Place {
    Word cnode;
    Word index;
};

/// What can be done with what is in the CNodes, or can be put into them. Empty slots of a CNode are
/// alike, so of these only the first counts as a destination.
class Moves {
  public:
    explicit Moves(const World& world) : world_{world} {
        for (const Word cnode : {first_cnode, second_cnode}) {
            look_into(cnode);
        }
    }

    std::vector<Call> calls() {
        for (const Place& from : used_) {
            add(from, Method::CNodeDelete);
            add(from, Method::CNodeRevoke);
            for (const Place& to : free_) {
                add(from, Method::CNodeCopy, to);
                add(from, Method::CNodeMint, to);
                add(from, Method::CNodeMove, to);
            }
        }
        for (const Place& to : free_) {
            retype(to);
        }
        return std::move(calls_);
    }

  private:
    void look_into(Word cnode) {
        const Capability found = capability_in(world_, {root_, cnode});
        if (!is<CNodeCap>(found)) return;
        bool is_first = true;
        for (Word index = 0; index < Word{1} << radix; ++index) {
            const bool used = occupied(world_, {std::get<CNodeCap>(found).cnode, index});
            if (used) used_.push_back({cnode, index});
            if (!used && is_first) free_.push_back({cnode, index});
            is_first = is_first && used;
        }
    }

    void add(Place in, Method method) {
        calls_.push_back(invoke(in.cnode, method, {in.index, radix}));
    }

    void add(Place from, Method method, Place to) {
        Words words{to.index, radix, from.index, radix, 15, 1};
        calls_.push_back(invoke(to.cnode, method, words, {from.cnode}));
    }

    /// An endpoint, or a CNode of two slots, into a CNode.
    void retype(Place to) {
        for (const Words& kind : {Words{2, 0}, Words{4, 1}}) {
            calls_.push_back(invoke(place::small_untyped, Method::UntypedRetype,
                                    {kind[0], kind[1], to.cnode, 64, to.index, 1}, {place::root}));
        }
    }

    const World& world_;
    Name root_ = std::get<CNodeCap>(
                     capability_in(world_, slot_of(*world_.scheduler.running, ThreadSlot::CSpace)))
                     .cnode;
    std::vector<Place> used_;
    std::vector<Place> free_;
    std::vector<Call> calls_;
};

/// Explores, and says how far that was.
void expect_sound(const SmallWorld& world, const char* name) {
    Explorer explorer{world};
    EXPECT_EQ(explorer.explore(most_states()), "");
    testing::Test::RecordProperty("states", static_cast<int>(explorer.states()));
    std::cout << name << ": " << explorer.states() << " states, "
              << (explorer.complete() ? "all there are" : "the first ones") << ", up to "
              << explorer.depth() << " calls deep; " << explorer.calls_made() << " calls made\n";
}

/// Two CNodes of four slots and one untyped: capabilities are copied, moved, deleted and revoked.
TEST(SmallWorlds, TwoCNodes) {
    expect_sound({.preparations = {make(place::untyped, 4, radix, first_cnode, 2)},
                  .calls = [](const World& world) { return Moves{world}.calls(); }},
                 "two CNodes");
}

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

} // namespace
} // namespace spec
