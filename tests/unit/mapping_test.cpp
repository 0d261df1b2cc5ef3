#include "tables.hpp"

#include <gtest/gtest.h>

namespace k::test {
namespace {

using arch::Attributes;
using arch::Descriptor;
using arch::Level;

Mapping mapping(u64 va, u64 pa, u64 bytes, Attributes attributes) {
    return {VirtAddr{va}, PhysAddr{pa}, bytes, attributes};
}

void expect_range(const MappedRange& r, u64 va, u64 pa, u64 bytes) {
    EXPECT_EQ(r.va.raw(), va);
    EXPECT_EQ(r.pa().raw(), pa);
    EXPECT_EQ(r.bytes, bytes);
}

// --- Mapping ----------------------------------------------------------------------------------

TEST(MapRange, UsesTheLargestLeavesThatFit) {
    PlainSpace s;
    s.map(
        mapping(huge - large - small, 7 * huge - large - small, small + large + huge, kernel_data));
    const auto level = [&](u64 va) { return s.space.walk(VirtAddr{va}).level; };
    EXPECT_EQ(level(huge - large - small), Level::L3);
    EXPECT_EQ(level(huge - large), Level::L2);
    EXPECT_EQ(level(huge), Level::L1);
    EXPECT_EQ(PlainSpace::tables().size(), 4u) << "the root, and one table a level";
    ASSERT_EQ(s.ranges().size(), 1u);
    expect_range(s.ranges()[0], huge - large - small, 7 * huge - large - small,
                 small + large + huge);
    EXPECT_EQ(s.ranges()[0].largest, arch::PageSize::Huge);
}

TEST(MapRange, UsesSmallLeavesWhereMemoryOrAddressesAreNotAligned) {
    PlainSpace s;
    s.map(mapping(0, small, large, kernel_data));
    s.map(mapping(huge + small, 2 * huge, large, kernel_data));
    EXPECT_EQ(s.space.walk(VirtAddr{0}).level, Level::L3);
    EXPECT_EQ(s.space.walk(VirtAddr{huge + small}).level, Level::L3);
}

TEST(MapRange, KeepsWhatIsThere) {
    PlainSpace s;
    s.map(mapping(large + small, large + small, 3 * small, kernel_data));
    s.map(mapping(0, 0, huge, kernel_data));
    ASSERT_EQ(s.ranges().size(), 1u);
    expect_range(s.ranges()[0], 0, 0, huge);
    EXPECT_EQ(s.space.walk(VirtAddr{0}).level, Level::L2) << "a table is in the way of 1 GiB";
    s.map(mapping(0, 0, huge, kernel_data));
    s.map(mapping(3 * small, 3 * small, small, kernel_data));
    EXPECT_EQ(s.ranges().size(), 1u);
}

TEST(MapRange, GoesOnBehindALeafThatItKeeps) {
    PlainSpace s;
    s.map(mapping(0, 0, large, kernel_data));
    s.map(mapping(large - small, large - small, 2 * small, kernel_data));
    ASSERT_EQ(s.ranges().size(), 1u);
    expect_range(s.ranges()[0], 0, 0, large + small);
}

TEST(MapRangeDeathTest, RefusesToContradict) {
    PlainSpace s;
    s.map(mapping(large, large, large, kernel_data));
    EXPECT_DEATH(s.map(mapping(large, 0, small, kernel_data)), "assertion failed: leaf.target");
    EXPECT_DEATH(s.map(mapping(large + small, large + small, small, kernel_constants)),
                 "assertion failed: leaf.permits_as");
    EXPECT_DEATH(s.map(mapping(large, large, large, device_registers)),
                 "assertion failed: leaf.permits_as");
}

const AddressSpace* drawing_space = nullptr;
u64 drawn_from = 0;

/// Three tables from elsewhere, then ones from the top of the memory that is being mapped.
PhysAddr draw() noexcept {
    if (PlainSpace::tables().size() >= 4) {
        drawn_from -= small;
        const auto [leaf, level] = drawing_space->walk(VirtAddr{drawn_from});
        EXPECT_TRUE(leaf.is_leaf(level)) << "table " << PlainSpace::tables().size();
    }
    return PlainSpace::take();
}

TEST(MapRangeDownwards, MapsMemoryBeforeTablesAreDrawnFromIt) {
    const PlainSpace s;
    constexpr u64 begin = huge + small;
    constexpr u64 end = bit(44) - small;
    drawing_space = &s.space;
    drawn_from = end;
    map_range_downwards(s.space, mapping(begin, begin, end - begin, kernel_data), draw);
    EXPECT_EQ(PlainSpace::tables().size(), 1u + 32 + 4) << "for 16 TiB, and for both ragged ends";
    ASSERT_EQ(s.ranges().size(), 1u);
    expect_range(s.ranges()[0], begin, begin, end - begin);
    EXPECT_EQ(s.space.walk(VirtAddr{2 * huge}).level, Level::L1);
}

// --- Finding ----------------------------------------------------------------------------------

TEST(MappedRanges, SplitsWhereSomethingChanges) {
    PlainSpace s;
    s.map(mapping(0x1000, 0x1000, small, kernel_text));
    s.map(mapping(0x2000, 0x2000, small, kernel_data));     // other attributes
    s.map(mapping(0x3000, 0x9000, small, kernel_data));     // other memory
    s.map(mapping(0x5000, 0xb000, 2 * small, kernel_data)); // a hole before it
    const auto found = s.ranges();
    ASSERT_EQ(found.size(), 4u);
    expect_range(found[0], 0x1000, 0x1000, small);
    expect_range(found[1], 0x2000, 0x2000, small);
    expect_range(found[2], 0x3000, 0x9000, small);
    expect_range(found[3], 0x5000, 0xb000, 2 * small);
}

TEST(MappedRanges, EndsWithItsHalf) {
    PlainSpace s;
    EXPECT_TRUE(s.ranges().empty());
    const u64 last_page = bit(48) - small;
    s.map(mapping(last_page, 0x1000, small, kernel_data));
    ASSERT_EQ(s.ranges().size(), 1u);
    expect_range(s.ranges()[0], last_page, 0x1000, small);
    const auto upper = s.ranges(VirtAddr{0xffff'0000'0000'0000});
    ASSERT_EQ(upper.size(), 1u);
    expect_range(upper[0], 0xffff'ffff'ffff'f000, 0x1000, small);
}

// --- W^X --------------------------------------------------------------------------------------

TEST(WritableCode, FindsNoneWhereThereIsNone) {
    PlainSpace s;
    s.map(mapping(0x1000, 0x1000, small, kernel_text));
    s.map(mapping(0x2000, 0x2000, small, kernel_data));
    s.map(mapping(huge, 0x1000, small, kernel_constants));
    EXPECT_FALSE(writable_code(s.space, VirtAddr{}));
}

TEST(WritableCode, LetsDataLieRightBesideCode) {
    PlainSpace s;
    s.map(mapping(0x1000, 0x8000, small, kernel_text));
    s.map(mapping(huge, 0x7000, small, kernel_data));
    s.map(mapping(2 * huge, 0x9000, small, kernel_data));
    EXPECT_FALSE(writable_code(s.space, VirtAddr{}));
}

TEST(WritableCode, FindsALeafThatIsBoth) {
    PlainSpace s;
    s.map(mapping(0x1000, 0x1000, small, kernel_text));
    auto& slot = entry_of(s.space, VirtAddr{0x1000}, Level::L3);
    arch::store_descriptor(slot, arch::load_descriptor(slot).with(Descriptor::read_only, false));
    ASSERT_TRUE(writable_code(s.space, VirtAddr{}));
    EXPECT_EQ(writable_code(s.space, VirtAddr{})->va.raw(), 0x1000u);
}

TEST(WritableCode, FindsASecondAddressOfTheSameMemory) {
    PlainSpace s;
    s.map(mapping(0x1000, 0x8000, 4 * small, kernel_text));
    s.map(mapping(huge + large, 0, large, kernel_data));
    ASSERT_TRUE(writable_code(s.space, VirtAddr{}));
    EXPECT_EQ(writable_code(s.space, VirtAddr{})->va.raw(), 0x1000u);
}

TEST(WritableCode, LetsTheKernelWriteWhatUsersExecute) {
    PlainSpace s;
    s.map(mapping(0x1000, 0x8000, small, user_text));
    s.map(mapping(huge, 0, large, kernel_data));
    EXPECT_FALSE(writable_code(s.space, VirtAddr{}));
}

} // namespace
} // namespace k::test
