/// \file
/// Small worlds, explored as far as there is time: SPEC_STATES says how many states (default
/// 1,500).
#include "calls.hpp"
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
    ASSERT_EQ(explorer.explore(most_states()), "") << "after " << explorer.calls_made() << " calls";
    EXPECT_GT(explorer.depth(), 1U);
    testing::Test::RecordProperty("depth", static_cast<int>(explorer.depth()));
    testing::Test::RecordProperty("states", static_cast<int>(explorer.states()));
    std::cout << name << ": " << explorer.states() << " states, "
              << (explorer.complete() ? "all there are" : "the first ones") << ", up to "
              << explorer.depth() << " calls deep; " << explorer.calls_made()
              << " calls made, no thread lost, no deadlock\n";
}

/// Two CNodes of four slots and one untyped: capabilities are copied, moved, deleted and revoked.
TEST(SmallWorlds, TwoCNodes) {
    expect_sound({.preparations = {make(place::untyped, 4, radix, first_cnode, 2)},
                  .calls = [](const World& world) { return Moves{world}.calls(); }},
                 "two CNodes");
}

/// Families of one badge in the three free slots of a CNode, whose first has the endpoint.
std::vector<Call> badge_families(const World&) {
    std::vector<Call> calls;
    const auto put = [&](Method method, Word to, Word from) {
        Words words{to, radix, from, radix, 15, 1};
        calls.push_back(invoke(first_cnode, method, words, {first_cnode}));
    };
    for (const Word slot : {1U, 2U, 3U}) {
        put(Method::CNodeMint, slot, 0);
        put(Method::CNodeCopy, slot, slot % 3 + 1);
        put(Method::CNodeCopy, slot, (slot + 1) % 3 + 1);
        calls.push_back(invoke(first_cnode, Method::CNodeDelete, {slot, radix}));
        calls.push_back(invoke(first_cnode, Method::CNodeRevoke, {slot, radix}));
    }
    return calls;
}

/// The same badge given more than once: a copy belongs to that which it was made from, also when
/// the first of its family goes.
TEST(SmallWorlds, BadgeFamilies) {
    expect_sound({.preparations = {make(place::untyped, 4, radix, first_cnode),
                                   invoke(place::small_untyped, Method::UntypedRetype,
                                          {2, 0, first_cnode, 64, 0, 1}, {place::root})},
                  .calls = badge_families},
                 "families of one badge");
}

/// Two CNodes that hold themselves and each other; their first capabilities can go, too.
TEST(SmallWorlds, CNodesInThemselves) {
    std::vector<Call> preparations{make(place::untyped, 4, radix, first_cnode, 2)};
    for (const Word to : {first_cnode, second_cnode}) {
        Word index = 0;
        for (const Word from : {first_cnode, second_cnode}) {
            preparations.push_back(
                invoke(to, Method::CNodeCopy, {index++, radix, from, 64, 15}, {place::root}));
        }
    }
    expect_sound(
        {.preparations = preparations,
         .calls =
             [](const World& world) {
                 std::vector<Call> calls = Moves{world}.calls();
                 for (const Word cnode : {first_cnode, second_cnode}) {
                     for (const Method method : {Method::CNodeDelete, Method::CNodeRevoke}) {
                         calls.push_back(invoke(place::root, method, {cnode, 64}));
                     }
                 }
                 return calls;
             }},
        "CNodes in themselves");
}

#if SPEC_CHAPTER >= 11

constexpr Word tables = first_free; ///< three
constexpr Word frame = tables + 3;
constexpr Word frame_copy = frame + 1;
constexpr Word mapped_at = 0x40'0000;

/// Tables and a frame that are mapped, unmapped and deleted in every order.
std::vector<Call> mappings(const World&) {
    std::vector<Call> calls;
    for (const Word table : {tables, tables + 1, tables + 2}) {
        calls.push_back(invoke(table, Method::PageTableMap, {mapped_at, 3}, {place::vspace}));
        calls.push_back(invoke(table, Method::PageTableUnmap, {}));
        calls.push_back(invoke(place::root, Method::CNodeDelete, {table, 64}));
    }
    for (const Word page : {frame, frame_copy}) {
        for (const Word address : {mapped_at, mapped_at + 0x1000}) {
            calls.push_back(invoke(page, Method::PageMap, {address, 3, 3}, {place::vspace}));
        }
        calls.push_back(invoke(page, Method::PageUnmap, {}));
        calls.push_back(invoke(place::root, Method::CNodeDelete, {page, 64}));
    }
    calls.push_back(invoke(place::root, Method::CNodeRevoke, {frame, 64}));
    calls.push_back(
        invoke(place::root, Method::CNodeCopy, {frame_copy, 64, frame, 64, 2}, {place::root}));
    return calls;
}

/// Tables that are mapped in one place, and taken out above and below each other.
std::vector<Call> table_chains(const World&) {
    std::vector<Call> calls;
    for (Word table = first_free; table < first_free + 4; ++table) {
        calls.push_back(invoke(table, Method::PageTableMap, {mapped_at, 3}, {place::vspace}));
        calls.push_back(invoke(table, Method::PageTableUnmap, {}));
        calls.push_back(invoke(place::root, Method::CNodeDelete, {table, 64}));
    }
    return calls;
}

/// Four page tables, of which three make a chain: enough for a capability to remember a place where
/// another table is by now, on every level.
TEST(SmallWorlds, TableChains) {
    expect_sound(
        {.preparations = {make(place::untyped, 9, 0, first_free, 4)}, .calls = table_chains},
        "chains of page tables");
}

constexpr Word pool_memory = first_free;
constexpr Word pool = pool_memory + 1;
constexpr Word other_space = pool + 1;
constexpr Word top_table = other_space + 1;

/// An address space that the thread goes into gets an identifier and loses it, also with the pool
/// that it is from, and a table comes into it and goes.
std::vector<Call> identifiers(const World&) {
    std::vector<Call> calls{
        invoke(place::asid_control, Method::AsidMakePool, {pool, 64}, {pool_memory, place::root}),
        invoke(place::root, Method::CNodeRevoke, {pool_memory, 64}),
        invoke(pool, Method::AsidAssign, {}, {other_space}),
        invoke(place::asid_pool, Method::AsidAssign, {}, {other_space}),
        invoke(place::untyped, Method::UntypedRetype, {6, 0, 0, 0, other_space, 1}, {place::root}),
        invoke(top_table, Method::PageTableMap, {mapped_at, 3}, {other_space}),
        invoke(top_table, Method::PageTableUnmap, {})};
    #if SPEC_CHAPTER >= 12
    for (const Word space : {place::vspace, other_space}) {
        calls.push_back(invoke(place::thread, Method::SetSpace, {0, 0, 0}, {place::root, space}));
    }
    #endif
    for (const Word slot : {pool, other_space}) {
        calls.push_back(invoke(place::root, Method::CNodeRevoke, {slot, 64}));
        calls.push_back(invoke(place::root, Method::CNodeDelete, {slot, 64}));
    }
    return calls;
}

/// An ASID pool, an address space besides the thread's first, and a table.
TEST(SmallWorlds, Identifiers) {
    expect_sound({.preparations = {make(place::untyped, 0, 12, pool_memory),
                                   make(place::untyped, 6, 0, other_space),
                                   make(place::untyped, 9, 0, top_table)},
                  .calls = identifiers},
                 "identifiers of address spaces");
}

/// Three page tables, a frame and a copy of its capability.
TEST(SmallWorlds, Mappings) {
    expect_sound(
        {.preparations = {make(place::untyped, 9, 0, tables, 3), make(place::untyped, 7, 0, frame)},
         .calls = mappings},
        "mappings");
}

#endif

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
