// Properties of Retype: whatever is made, nothing lies upon anything else, everything is aligned,
// and what is new is zero.
#include "world_model.hpp"

#include <cstring>
#include <rapidcheck/gtest.h>

namespace k::test {
namespace {

using abi::ObjectType;

/// One Retype of a sequence.
struct Attempt {
    ObjectType type;
    u64 size_bits;
    u64 count;
    usize from; ///< which of the untypeds there are so far, modulo their number
};

rc::Gen<Attempt> attempts() {
    return rc::gen::construct<Attempt>(rc::gen::element(ObjectType::Untyped, ObjectType::CapTable),
                                       rc::gen::inRange<u64>(1, 15), rc::gen::inRange<u64>(1, 9),
                                       rc::gen::arbitrary<usize>());
}

bool is_zero(PhysRange range) {
    const auto* const bytes = arch::window.at<u8>(range.begin);
    return bytes[0] == 0 && std::memcmp(bytes, bytes + 1, range.bytes() - 1) == 0;
}

/// What the test knows of an untyped without asking it.
struct Known {
    u64 cptr;
    PhysRange range;
    u64 used = 0;
};

/// A world, and beside it what ought to be in it.
class Model {
  public:
    Model() {
        const auto cap = *world_.slot(World::untyped).cap.as<Untyped>();
        untypeds_.push_back({World::untyped, cap.range()});
    }

    /// Tries it in both, and compares.
    void attempt(const Attempt& a) {
        Known& from = untypeds_[a.from % untypeds_.size()];
        const u64 object_bits = abi::size_bits(a.type, a.size_bits);
        if (a.type == ObjectType::Untyped && a.size_bits < abi::min_untyped_bits) return;
        if (next_slot_ + a.count > world_.root_slots().size()) return;

        const Answer answer = world_.retype(from.cptr, a.type, a.size_bits, next_slot_, a.count);
        const u64 free = from.range.bytes() - from.used;
        const u64 begin = (from.used + bit(object_bits) - 1) >> object_bits << object_bits;
        if (begin + (a.count << object_bits) > from.range.bytes()) {
            RC_ASSERT(answer == error(abi::Error::NotEnoughMemory, {free}));
            return;
        }
        RC_ASSERT(answer == no_error);
        from.used = begin + (a.count << object_bits);
        const PhysAddr first = from.range.begin + begin;
        for (u64 i = 0; i < a.count; ++i)
            made(a, {first + (i << object_bits), first + ((i + 1) << object_bits)});
    }

  private:
    /// Looks at a new object, and makes its memory somebody's.
    void made(const Attempt& a, PhysRange range) {
        const Slot& slot = world_.slot(next_slot_);
        RC_ASSERT(slot.cap.address() == range.begin);
        RC_ASSERT(is_zero(range));
        for (const PhysRange& other : taken_)
            RC_ASSERT(!range.overlaps(other));
        if (a.type == ObjectType::Untyped) {
            RC_ASSERT(slot.cap.as<Untyped>()->range() == range);
            untypeds_.push_back({next_slot_, range});
        } else {
            RC_ASSERT(slot.cap.as<CNode>()->slots().size_bytes() == range.bytes());
            taken_.push_back(range);
        }
        ++next_slot_;
    }

    World world_;
    std::vector<Known> untypeds_;
    std::vector<PhysRange> taken_; ///< by objects other than untypeds
    u64 next_slot_ = World::free_slot;
};

RC_GTEST_PROP(RetypeProperties, ObjectsAreApartAlignedAndZero, ()) {
    Model model;
    for (const Attempt& attempt : *rc::gen::container<std::vector<Attempt>>(attempts()))
        model.attempt(attempt);
}

/// However often it is interrupted, the outcome is the same.
RC_GTEST_PROP(RetypeProperties, InterruptsChangeNothing, ()) {
    const Attempt a = *attempts();
    World calm;
    World busy;
    const auto call = [&](World& world) {
        return world.retype(World::untyped, a.type, a.size_bits, World::free_slot, a.count);
    };
    const Answer expected = call(calm);
    busy.interrupt_after_each(*rc::gen::inRange(0u, 64u));
    RC_ASSERT(call(busy) == expected);
    for (u64 i = 0; i < a.count; ++i) {
        const Capability& in_calm = calm.slot(World::free_slot + i).cap;
        const Capability& in_busy = busy.slot(World::free_slot + i).cap;
        RC_ASSERT(in_calm.type() == in_busy.type());
        if (in_calm.is_null()) continue;
        RC_ASSERT(in_calm.address() - calm.memory() == in_busy.address() - busy.memory());
    }
}

} // namespace
} // namespace k::test
