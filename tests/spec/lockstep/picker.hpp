/// \file
/// What calls are made of: slots and capabilities that are in a world.
#pragma once

#include "act.hpp"
#include "derivation.hpp"
#include "host_machine.hpp"
#include "preparations.hpp"

#include <initializer_list>

namespace spec {

/// Draws from an act's numbers, one after the other.
class Picker {
  public:
    Picker(const World& world, const Act& act) : world_{world}, act_{act} {}

  protected:
    const World& world() const { return world_; }

    static constexpr Word first = 16; ///< of the slots of the root CNode that calls name
    static constexpr Word count = 24;

    Word below(Word limit) { return act_.numbers.at(next_++ % act_.numbers.size()) % limit; }

    Word any(std::initializer_list<Word> list) { return *(list.begin() + below(list.size())); }

    /// What a call names: a CNode by CPtr, and a slot in it.
    struct Address {
        Word root = place::root;
        Word index = 0;
        Word depth = 64;
    };

    enum class Wanted { Any, Occupied, Empty };

    Word one_of(const Words& words) { return words.at(below(words.size())); }

    Capability capability_at(Word index) const { return capability_in(world_, {root_, index}); }

    /// Half of the time a slot of the root CNode, else one of a CNode that lies there. Mostly one
    /// that is as wanted; seldom nonsense.
    Address address(Wanted wanted);

    /// Where something may lie.
    Word slot();

    /// A slot with this kind of capability, each as likely; if there is none, any.
    template <typename Type>
    Word slot_with() {
        return slot_where<Type>([](const Type&) { return true; });
    }

    /// The same, of those only of which something holds.
    template <typename Type>
    Word slot_where(auto holds) {
        Words found;
        const auto end = world_.slots.lower_bound({root_, prepared::end});
        for (auto slot = world_.slots.lower_bound({root_, 0}); slot != end; ++slot) {
            const auto* held = std::get_if<Type>(&slot->second.capability);
            if (held != nullptr && holds(*held)) found.push_back(slot->first.index);
        }
        return found.empty() ? first + below(count) : one_of(found);
    }

    /// Mostly a slot with this kind of capability.
    template <typename Type>
    Word mostly() {
        return below(32) == 31 ? slot() : slot_with<Type>();
    }

    /// A guard of up to three bits, or one that is too long.
    Word guard();

    /// How many numbers have been drawn.
    std::size_t drawn() const { return next_; }

  private:
    Name root_cnode() const;
    Word in_root(Wanted wanted);

    /// One of these slots that is as wanted; any, if none is.
    Word find(Name cnode, Word begin, Word number, Wanted wanted);

    const World& world_;
    const Act& act_;
    std::size_t next_ = 0;
    Name root_ = root_cnode();
};

} // namespace spec
