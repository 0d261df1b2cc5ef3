/// \file
/// Small worlds: capabilities in CNodes.
#include "derivation.hpp"
#include "small_worlds.hpp"

namespace spec {
namespace {

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

} // namespace
} // namespace spec
