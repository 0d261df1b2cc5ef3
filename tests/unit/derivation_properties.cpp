// Random calls on CNodes, against a model in which every capability simply knows its parent.
#include "object/badged.hpp"
#include "object/endpoint.hpp"
#include "world_model.hpp"

#include <map>
#include <rapidcheck/gtest.h>
#include <set>

namespace k::test {
namespace {

using abi::Error;
using abi::ObjectType;

/// An object as the model names it: its type, and where it is.
using Object = std::pair<CapType, u64>;

Object object_of(const Capability& cap) {
    return {cap.type(), cap.address().raw()};
}

/// What the model knows of a capability.
struct Known {
    Object object;
    u64 badge;
    bool is_original;
    const Slot* parent;
    std::vector<const Slot*> inside; ///< the slots of its object

    friend bool operator==(const Known&, const Known&) = default;
};

/// The capabilities there are, by slot. Deleting is written as one would explain it.
class Model {
  public:
    std::map<const Slot*, Known> caps;

    /// Who the parent of a copy of what is in `source` is.
    [[nodiscard]] const Slot* parent_of_copy(const Slot* source) const {
        const Known& known = caps.at(source);
        return known.is_original ? source : known.parent;
    }

    [[nodiscard]] bool has_children(const Slot* slot) const {
        return std::ranges::any_of(caps,
                                   [&](const auto& entry) { return entry.second.parent == slot; });
    }

    void move(const Slot* from, const Slot* to) {
        auto entry = caps.extract(from);
        entry.key() = to;
        caps.insert(std::move(entry));
        adopt(from, to);
    }

    void erase(const Slot* slot) {
        const auto entry = caps.find(slot);
        if (entry == caps.end()) return;
        const Known known = entry->second;
        caps.erase(entry);
        adopt(slot, known.parent);
        const auto same = [&](const auto& other) { return other.second.object == known.object; };
        if (std::ranges::none_of(caps, same))
            for (const Slot* const inside : known.inside)
                erase(inside);
    }

    void revoke(const Slot* slot) {
        for (const auto* victim = descendant(slot); victim != nullptr; victim = descendant(slot))
            erase(victim);
    }

  private:
    void adopt(const Slot* old, const Slot* parent) {
        for (auto& [slot, known] : caps)
            if (known.parent == old) known.parent = parent;
    }

    [[nodiscard]] const Slot* descendant(const Slot* slot) const {
        for (const auto& [child, known] : caps)
            if (known.parent == slot) return child;
        return nullptr;
    }
};

/// What the model would know if it looked at the kernel's own slots.
Known known_of(const Slot& slot) {
    const auto* ancestor = slot.previous;
    while (ancestor != nullptr && !is_parent(*ancestor, slot))
        ancestor = ancestor->previous;
    Known known{object_of(slot.cap), badge_of(slot.cap), slot.has(Slot::Original), ancestor, {}};
    if (const auto cnode = slot.cap.as<CNode>())
        for (const Slot& inside : cnode->slots())
            known.inside.push_back(&inside);
    return known;
}

/// A slot and how a call names it.
struct Place {
    u64 cptr; ///< of the CNode
    u64 index;
    u64 depth;
    Slot* slot;
};

/// One call, made up of numbers that are reduced to what there is.
struct Call {
    unsigned method, x, y, z, data;
    std::optional<unsigned> interrupt;
};

std::ostream& operator<<(std::ostream& out, const Call& call) {
    return out << call.method << '(' << call.x << ',' << call.y << ',' << call.z << ',' << call.data
               << ')';
}

class Player : public World {
  public:
    Player() {
        for (const Slot& slot : root_slots())
            learn(slot);
        for (const Slot& slot : thread().slots)
            learn(slot);
    }

    void play(const Call& call) {
        interrupt_after_each(call.interrupt);
        switch (call.method % 9) {
        case 0:
        case 1: retype(call); break;
        case 2: copy(call, std::nullopt); break;
        case 3: copy(call, call.data % 2); break;
        case 4: move(call); break;
        case 5: rotate(call); break;
        case 6: erase(call); break;
        case 7: revoke(call); break;
        default: copy(call, std::nullopt); break;
        }
        interrupt_after_each({});
        compare();
    }

  private:
    static constexpr u64 begin = small_untyped;
    static constexpr u64 end = small_untyped + 12;

    /// What of the model's slots is still there. Nothing may be half deleted.
    Model seen() {
        Model now;
        for (const auto& [slot, known] : model_.caps) {
            RC_ASSERT(slot->cap.type() != CapType::Zombie);
            if (!slot->is_empty()) now.caps[slot] = known_of(*slot);
        }
        return now;
    }

    void learn(const Slot& slot) {
        if (!slot.is_empty()) model_.caps[&slot] = known_of(slot);
    }

    /// All slots that calls can name: some of the root CNode, and all of small ones that lie there.
    std::vector<Place> places() {
        std::vector<Place> found;
        for (u64 i = begin; i < end; ++i) {
            if (i == device) continue;
            found.push_back({root, i, 64, &slot(i)});
            const auto cnode = slot(i).cap.as<CNode>();
            if (!cnode || cnode->radix() > 2) continue;
            const u64 guard = cnode->guard() << cnode->radix();
            for (u64 j = 0; j < cnode->slots().size(); ++j)
                found.push_back(
                    {i, guard | j, cnode->guard_size() + cnode->radix(), &cnode->slots()[j]});
        }
        return found;
    }

    Place place(unsigned number) {
        const auto all = places();
        return all[number % all.size()];
    }

    /// Calls, as often as it takes. \return the label of the answer
    u64 ask(u64 cptr, u64 label, std::initializer_list<u64> words,
            std::initializer_list<u64> caps = {}) {
        load(cptr, label, words, caps);
        auto exit = system_call(SendMode::Call);
        while (exit && *exit == KernelExit::Preempted)
            exit = system_call(SendMode::Call);
        RC_ASSERT(exit.has_value());
        return answer().label;
    }

    static void expect(u64 label, Error error) { RC_ASSERT(label == static_cast<u64>(error)); }

    void retype(const Call& call) {
        const Place from = place(call.x);
        if (from.cptr != root || !from.slot->cap.as<Untyped>()) return;
        const Place to = place(call.y);
        const auto [type, size] = std::array<std::pair<ObjectType, u64>, 5>{{
            {ObjectType::CapTable, 1},
            {ObjectType::CapTable, 2},
            {ObjectType::Endpoint, 0},
            {ObjectType::Notification, 0},
            {ObjectType::Untyped, 4 + call.z % 7},
        }}[call.data % 5];
        const auto offset =
            static_cast<u64>(to.slot - slot(to.cptr).cap.as<CNode>()->slots().data());
        const u64 label = ask(from.index, abi::label::UntypedRetype,
                              {static_cast<u64>(type), size, 0, 0, offset, 1}, {to.cptr});
        if (model_.caps.contains(to.slot)) return expect(label, Error::DeleteFirst);
        if (label == static_cast<u64>(Error::NotEnoughMemory)) return;
        expect(label, Error::NoError);
        RC_ASSERT(from.slot->cap.as<Untyped>()->range().contains(to.slot->cap.address()));
        record(*to.slot, *from.slot);
    }

    /// What is in `slot` has been made of the untyped in `parent`.
    void record(const Slot& slot, const Slot& parent) {
        Known made = known_of(slot);
        if (made.object.first != CapType::Untyped) // one may begin where its parent does
            for (const auto& [other, known] : model_.caps)
                RC_ASSERT(known.object != made.object);
        made.parent = &parent;
        model_.caps[&slot] = made;
    }

    void copy(const Call& call, std::optional<u64> data) {
        const Place from = place(call.x);
        const Place to = place(call.y);
        const u64 label =
            data ? ask(to.cptr, abi::label::CNodeMint,
                       {to.index, to.depth, from.index, from.depth, 15, *data}, {from.cptr})
                 : ask(to.cptr, abi::label::CNodeCopy,
                       {to.index, to.depth, from.index, from.depth, 15}, {from.cptr});
        if (model_.caps.contains(to.slot)) return expect(label, Error::DeleteFirst);
        if (!model_.caps.contains(from.slot)) return expect(label, Error::FailedLookup);
        Known copy = model_.caps[from.slot];
        const bool has_badge =
            copy.object.first == CapType::Endpoint || copy.object.first == CapType::Notification;
        if (data && has_badge && copy.badge != 0) return expect(label, Error::IllegalOperation);
        const bool is_untyped = copy.object.first == CapType::Untyped;
        if (is_untyped && model_.has_children(from.slot)) return expect(label, Error::RevokeFirst);
        expect(label, Error::NoError);
        const bool gets_badge = data && has_badge && *data != 0;
        if (gets_badge) copy.badge = *data;
        copy.parent = model_.parent_of_copy(from.slot);
        copy.is_original = is_untyped || gets_badge;
        model_.caps[to.slot] = copy;
    }

    void move(const Call& call) {
        const Place from = place(call.x);
        const Place to = place(call.y);
        const u64 label = ask(to.cptr, abi::label::CNodeMove,
                              {to.index, to.depth, from.index, from.depth}, {from.cptr});
        if (model_.caps.contains(to.slot)) return expect(label, Error::DeleteFirst);
        if (!model_.caps.contains(from.slot)) return expect(label, Error::FailedLookup);
        expect(label, Error::NoError);
        model_.move(from.slot, to.slot);
    }

    void rotate(const Call& call) {
        const Place from = place(call.x);
        const Place pivot = place(call.y);
        const Place to = place(call.z % 2 == 0 ? call.x : call.z);
        if (from.slot->cap.as<Endpoint>() || pivot.slot->cap.as<Endpoint>()) return;
        const u64 label =
            ask(to.cptr, abi::label::CNodeRotate,
                {to.index, to.depth, 0, pivot.index, pivot.depth, 0, from.index, from.depth},
                {pivot.cptr, from.cptr});
        if (label != static_cast<u64>(Error::NoError)) return;
        const Slot between;
        model_.move(pivot.slot, &between);
        model_.move(from.slot, pivot.slot);
        model_.move(&between, to.slot);
    }

    void erase(const Call& call) {
        const Place at = place(call.x);
        expect(ask(at.cptr, abi::label::CNodeDelete, {at.index, at.depth}), Error::NoError);
        model_.erase(at.slot);
    }

    void revoke(const Call& call) {
        const Place at = place(call.x);
        Model after = model_;
        after.revoke(at.slot);
        // What becomes of the rest when a slot goes that is being revoked depends on the order.
        const auto loses = [&](const Slot* place) {
            return after.caps.contains(place) != model_.caps.contains(place);
        };
        const bool loses_itself = loses(at.slot);
        if (loses_itself || loses(&slot(at.cptr)))
            interrupt_after_each({}); // nobody could name the slot again
        expect(ask(at.cptr, abi::label::CNodeRevoke, {at.index, at.depth}), Error::NoError);
        model_ = loses_itself ? seen() : after;
    }

    /// The kernel's slots are as the model says, and lists of nothing else.
    void compare() {
        RC_ASSERT(kernel.graveyard.depth() == 0);
        std::set<const Slot*> slots;
        for (const Slot& slot : root_slots())
            slots.insert(&slot);
        for (const auto& [slot, known] : model_.caps) {
            slots.insert(slot);
            slots.insert(known.inside.begin(), known.inside.end());
        }
        for (const Slot* const slot : slots) {
            const auto known = model_.caps.find(slot);
            RC_ASSERT(slot->is_empty() == (known == model_.caps.end()));
            if (slot->is_empty()) continue;
            RC_ASSERT(known_of(*slot) == known->second);
            const Slot* const behind = slot->next.get();
            if (slot->previous != nullptr) RC_ASSERT(slot->previous->next.get() == slot);
            if (behind == nullptr) continue;
            RC_ASSERT(behind->previous == slot);
            RC_ASSERT(model_.caps.contains(behind));
        }
    }

    Model model_;
};

} // namespace
} // namespace k::test

namespace rc {

template <>
struct Arbitrary<k::test::Call> {
    static Gen<k::test::Call> arbitrary() {
        const auto number = [] { return gen::inRange(0u, 1'000u); };
        return gen::build<k::test::Call>(
            gen::set(&k::test::Call::method, number()), gen::set(&k::test::Call::x, number()),
            gen::set(&k::test::Call::y, number()), gen::set(&k::test::Call::z, number()),
            gen::set(&k::test::Call::data, number()),
            gen::set(&k::test::Call::interrupt, gen::map(gen::inRange(0u, 8u), [](unsigned n) {
                return n == 0 ? std::optional<unsigned>{} : n - 1;
            })));
    }
};

} // namespace rc

namespace k::test {
namespace {

RC_GTEST_PROP(DerivationProperties, TreeIsAsTheModelSays, ()) {
    const auto calls = *rc::gen::container<std::vector<Call>>(100, rc::gen::arbitrary<Call>());
    Player player;
    for (const Call& call : calls)
        player.play(call);
}

} // namespace
} // namespace k::test
