// Large leaves in small pieces, before the eyes of an MMU that does all it may.
#include "tables.hpp"

#include <gtest/gtest.h>

namespace k::test {
namespace {

using arch::Level;
using arch::PageSize;

constexpr VirtAddr block{0x4000'0000};
constexpr PhysAddr memory{0x2'0000'0000};

class Split : public testing::Test {
  protected:
    void map(PageSize size, arch::Attributes attributes = user_text) {
        t_.prepare(t_.space, block, size);
        ASSERT_TRUE(t_.space.map(block, memory, size, attributes).has_value());
    }

    void split(VirtAddr va) {
        const auto done = t_.space.split(va, t_.fresh());
        EXPECT_TRUE(done.has_value()) << "was refused";
    }

    /// Every access to the byte at this offset of the old leaf, at `va` itself, must end so.
    void expect_same(u64 offset, PageSize size, arch::Attributes attributes = user_text) {
        EXPECT_EQ(t_.outcomes(block + offset), only(memory + offset, attributes, size))
            << "at offset " << offset;
    }

    [[nodiscard]] MapError refusal(VirtAddr va) {
        const auto done = t_.space.split(va, t_.fresh());
        EXPECT_FALSE(done.has_value());
        return done.has_value() ? MapError{} : done.error();
    }

    WatchedSpace t_;
};

TEST_F(Split, LeadsToTheSameMemory) {
    map(PageSize::Large, user_data);
    split(block + 0x12'3000);
    for (const u64 offset : {u64{0}, small - 8, small, 0x12'3456 & ~u64{7}, large - 8}) {
        EXPECT_EQ(t_.space.walk(block + offset).level, Level::L3);
        expect_same(offset, PageSize::Small, user_data);
    }
    EXPECT_EQ(t_.outcomes(block + large), only_fault);
}

TEST_F(Split, MayBeDoneTwice) {
    map(PageSize::Huge);
    split(block);
    expect_same(large + 8, PageSize::Large);
    split(block + large);
    expect_same(large + 8, PageSize::Small);
    expect_same(2 * large - 8, PageSize::Small);
    expect_same(2 * large, PageSize::Large);
}

TEST_F(Split, BreaksBeforeItMakes) {
    map(PageSize::Large);
    split(block);
    EXPECT_TRUE(t_.model.violations().empty())
        << (t_.model.violations().empty() ? "" : t_.model.violations().front());
}

TEST_F(Split, IsSeenWhole) {
    map(PageSize::Huge);
    split(block);
    for (const u64 offset : {u64{0}, 7 * large, huge - large})
        expect_same(offset, PageSize::Large);
}

TEST_F(Split, LetsOnePageBeTakenAway) {
    map(PageSize::Large);
    const VirtAddr page = block + 5 * small;
    EXPECT_EQ(t_.space.unmap(page, PageSize::Small).error().fault, MapFault::NotMapped);
    split(page);
    ASSERT_TRUE(t_.space.unmap(page, PageSize::Small).has_value());
    EXPECT_EQ(t_.outcomes(page), only_fault);
    expect_same(4 * small, PageSize::Small);
    expect_same(6 * small, PageSize::Small);
}

TEST_F(Split, NeedsALargerLeaf) {
    EXPECT_EQ(refusal(block), (MapError{MapFault::NotMapped, Level::L0}));
    map(PageSize::Small);
    EXPECT_EQ(refusal(block), (MapError{MapFault::NotMapped, Level::L3}));
    EXPECT_EQ(refusal(block + large), (MapError{MapFault::NotMapped, Level::L2}));
    EXPECT_EQ(t_.outcomes(block), only(memory, user_text)) << "a refused call changes nothing";
}

} // namespace
} // namespace k::test
