// Attacks on Retype: the kernel must answer as predicted, and each of the careless kernels below
// must be fooled by one of them at least.
#include "overlap_attack.hpp"

#include <algorithm>
#include <optional>

namespace k::test {
namespace {

using abi::ObjectType;

/// What a careless kernel does wrong.
enum class Flaw : u8 {
    SumWraps,     ///< the bytes of all objects are computed, and only then compared
    SlotsAsBytes, ///< a CNode of 2^n slots counts as 2^n bytes
    GapForgotten, ///< the watermark grows by the objects alone, not by what was skipped
    WindowWraps,  ///< the end of the window of slots is computed, and only then compared
    FullIsEmpty,  ///< the watermark of an untyped that is full is taken for that of a fresh one
};

/// The bookkeeping of a kernel that has read the manual once. It makes no objects; it says which
/// bytes they would have.
class CarelessKernel {
  public:
    explicit CarelessKernel(Flaw flaw) : flaw_{flaw} {}

    /// \return whether it has given out memory twice, or memory or slots that are not there
    bool is_fooled_by(const Attack& attack) {
        return std::ranges::any_of(attack, [this](const Call& call) { return !is_sound(call); });
    }

  private:
    static constexpr u64 bytes = bit(World::untyped_bits);
    static constexpr u64 slots = bit(World::root_radix);

    struct Object {
        u64 begin, end;
    };

    /// \return false if what it does then must never happen
    bool is_sound(const Call& call) {
        const bool has_slots = call.type == u64(ObjectType::CapTable);
        if (!has_slots && call.type != u64(ObjectType::Untyped)) return true;
        if (call.num_objects < 1 || call.num_objects > abi::retype_fan_out) return true;
        const u64 bits = call.size_bits + (has_slots && !(flaw_ == Flaw::SlotsAsBytes) ? 5 : 0);
        if (!accepts_size(bits) || !accepts_window(call)) return true;
        if (call.node_offset >= slots || call.num_objects > slots - call.node_offset) return false;
        return place(call, bits, call.size_bits + (has_slots ? 5 : 0));
    }

    [[nodiscard]] bool accepts_size(u64 bits) const {
        return bits <= (flaw_ == Flaw::SumWraps ? 63 : abi::max_untyped_bits);
    }

    [[nodiscard]] bool accepts_window(const Call& call) const {
        if (flaw_ == Flaw::WindowWraps) return call.node_offset + call.num_objects <= slots;
        return call.node_offset < slots && call.num_objects <= slots - call.node_offset;
    }

    /// \param true_bits  log2 of what an object really takes
    bool place(const Call& call, u64 bits, u64 true_bits) {
        const u64 used = flaw_ == Flaw::FullIsEmpty ? used_ % bytes : used_;
        const u64 all = call.num_objects << bits;
        const bool fits = flaw_ == Flaw::SumWraps ? all <= bytes - used
                                                  : (bytes - used) >> bits >= call.num_objects;
        if (!fits) return true;
        const u64 begin = (used + bit(static_cast<unsigned>(bits)) - 1) >> bits << bits;
        used_ = flaw_ == Flaw::GapForgotten ? used + all : begin + all;
        bool sound = true;
        for (u64 i = 0; i < call.num_objects; ++i)
            sound =
                take({begin + (i << bits), begin + (i << bits) + (u64{1} << true_bits)}) && sound;
        return sound;
    }

    bool take(Object object) {
        const auto overlaps = [&](const Object& other) {
            return object.begin < other.end && other.begin < object.end;
        };
        const bool sound = object.begin < object.end && object.end <= bytes &&
                           std::ranges::none_of(taken_, overlaps);
        taken_.push_back(object);
        return sound;
    }

    Flaw flaw_;
    u64 used_ = 0;
    std::vector<Object> taken_;
};

/// Whether one of the attacks fools a kernel with this flaw.
bool are_fooling(Flaw flaw) {
    return std::ranges::any_of(attacks(), [flaw](const Attack& attack) {
        return CarelessKernel{flaw}.is_fooled_by(attack);
    });
}

TEST(Prediction, IsWhatTheKernelAnswers) {
    const std::vector<Attack> all = attacks();
    for (usize i = 0; i < all.size(); ++i) {
        World world;
        for (usize j = 0; j < all[i].size(); ++j) {
            const Call& call = all[i][j];
            const Answer answer =
                world.invoke(World::untyped, abi::label::UntypedRetype,
                             {call.type, call.size_bits, 0, 0, call.node_offset, call.num_objects},
                             {World::root});
            EXPECT_EQ(answer, call.answer) << "attack " << i << ", call " << j;
        }
    }
}

TEST(Careless, WithSumsIsFooled) {
    EXPECT_TRUE(are_fooling(Flaw::SumWraps))
        << "many large objects, which all together take little";
}

TEST(Careless, WithSizesOfCNodesIsFooled) {
    EXPECT_TRUE(are_fooling(Flaw::SlotsAsBytes)) << "something behind a CNode, or in it";
}

TEST(Careless, WithGapsIsFooled) {
    EXPECT_TRUE(are_fooling(Flaw::GapForgotten)) << "something in what a gap had been taken from";
}

TEST(Careless, WithWindowsIsFooled) {
    EXPECT_TRUE(are_fooling(Flaw::WindowWraps)) << "slots behind the last, or before the first";
}

TEST(Careless, WithTheLastByteIsFooled) {
    EXPECT_TRUE(are_fooling(Flaw::FullIsEmpty)) << "something of an untyped that is full";
}

} // namespace
} // namespace k::test
