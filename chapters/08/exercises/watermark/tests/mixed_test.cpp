// Where objects lie, when one after the other is made of the same untyped.
#include "world_model.hpp"

#include <algorithm>

namespace k::test {
namespace {

using abi::ObjectType;

/// Makes untypeds, each of its own size, and looks whether they share memory.
class Mixed : public WorldTest {
  protected:
    void make(std::initializer_list<u64> sizes) {
        for (const u64 size_bits : sizes) {
            ASSERT_EQ(retype(untyped, ObjectType::Untyped, size_bits, next_), no_error);
            const PhysRange range = slot(next_++).cap.as<Untyped>()->range();
            for (const PhysRange& other : made_)
                EXPECT_FALSE(range.overlaps(other))
                    << "the one at " << offset(range) << " lies upon that at " << offset(other);
            made_.push_back(range);
        }
    }

  private:
    std::string offset(PhysRange range) {
        return std::to_string(range.begin - memory()) + " to " +
               std::to_string(range.end - memory());
    }

    u64 next_ = free_slot;
    std::vector<PhysRange> made_;
};

using Alike = Mixed;

TEST_F(Mixed, SmallLargeSmall) {
    make({4, 12, 4, 4, 12, 12});
}

TEST_F(Mixed, FromLargeToSmallAndBack) {
    make({14, 12, 8, 4, 8, 12, 14, 4, 14});
}

TEST_F(Alike, OneSizeOnly) {
    make({12, 12, 12, 12});
}

TEST_F(Alike, FromLargeToSmall) {
    make({14, 13, 12, 8, 4});
}

} // namespace
} // namespace k::test
