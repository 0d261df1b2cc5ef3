// Where RAM is: the map by itself and from trees, and the pages that boot takes from it.
#include "arch/window.hpp"
#include "boot/boot_allocator.hpp"
#include "boot/memory_map.hpp"
#include "trees.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <sstream>
#include <vector>

namespace k {
namespace {

using test::Blob;

constexpr u64 mib = u64{1} << 20;

PhysRange range(u64 base, u64 size) {
    return {PhysAddr{base}, PhysAddr{base + size}};
}

/// The map in one line: "40000000-48000000 0, ..." with the number of the use.
std::string text(const MemoryMap& map) {
    std::ostringstream out;
    for (const Region& region : map.regions())
        out << (out.tellp() > 0 ? ", " : "") << std::hex << region.range.begin.raw() << "-"
            << region.range.end.raw() << " " << static_cast<int>(region.use)
            << (region.name.empty() ? "" : " ") << region.name;
    return out.str();
}

/// The map of a tree, or what is wrong with it.
std::string map_of(const char* name) {
    const Blob blob{name};
    MemoryMap map;
    const auto read = read_memory(blob.tree(), map);
    return read ? text(map)
                : std::string{read.error().what} + " at " + std::string{read.error().node};
}

TEST(MemoryMap, SortsAndJoinsRam) {
    MemoryMap map;
    ASSERT_TRUE(map.add_ram(range(8 * mib, mib)));
    ASSERT_TRUE(map.add_ram(range(1 * mib, mib)));
    ASSERT_TRUE(map.add_ram(range(2 * mib, mib)));
    EXPECT_EQ(text(map), "100000-300000 0, 800000-900000 0");
}

TEST(MemoryMap, RoundsRamInwardAndClaimsOutward) {
    MemoryMap map;
    ASSERT_TRUE(map.add_ram(range(0x1001, 0x8ffe)));
    EXPECT_EQ(text(map), "2000-9000 0");
    ASSERT_TRUE(map.claim(range(0x4fff, 2), Use::Initrd));
    EXPECT_EQ(text(map), "2000-4000 0, 4000-6000 4, 6000-9000 0");
    ASSERT_TRUE(map.claim(range(0x7001, 0), Use::Initrd)) << "nothing at all touches no page";
    EXPECT_EQ(text(map), "2000-4000 0, 4000-6000 4, 6000-9000 0");
}

TEST(MemoryMap, RamSmallerThanAPageIsNone) {
    MemoryMap map;
    ASSERT_TRUE(map.add_ram(range(0x1800, 0x1000)));
    ASSERT_TRUE(map.add_ram(range(0x4000, 0)));
    EXPECT_EQ(text(map), "");
}

TEST(MemoryMap, TheStrongerClaimHoldsInWhateverOrder) {
    for (const bool image_first : {true, false}) {
        MemoryMap map;
        ASSERT_TRUE(map.add_ram(range(0, 16 * mib)));
        const Region firmware{range(2 * mib, 4 * mib), Use::Firmware};
        const Region image{range(4 * mib, 4 * mib), Use::Image};
        for (const Region& claim : {image_first ? image : firmware, image_first ? firmware : image})
            ASSERT_TRUE(map.claim(claim.range, claim.use));
        EXPECT_EQ(text(map), "0-200000 0, 200000-400000 1, 400000-800000 6, 800000-1000000 0");
    }
}

TEST(MemoryMap, TheFirstOfEqualClaimsHolds) {
    MemoryMap map;
    ASSERT_TRUE(map.add_ram(range(0, 4 * mib)));
    ASSERT_TRUE(map.claim(range(mib, mib), Use::Reserved, "first"));
    ASSERT_TRUE(map.claim(range(mib, 2 * mib), Use::Reserved, "second"));
    EXPECT_EQ(text(map),
              "0-100000 0, 100000-200000 2 first, 200000-300000 2 second, 300000-400000 0");
}

TEST(MemoryMap, KnowsItsLargestFreeRegion) {
    MemoryMap map;
    EXPECT_TRUE(map.largest_free().empty());
    ASSERT_TRUE(map.add_ram(range(0, 16 * mib)));
    ASSERT_TRUE(map.claim(range(4 * mib, mib), Use::Image));
    EXPECT_EQ(map.largest_free(), range(5 * mib, 11 * mib));
    ASSERT_TRUE(map.claim(range(0, 16 * mib), Use::Reserved));
    EXPECT_TRUE(map.largest_free().empty());
}

TEST(MemoryMap, SaysWhenItIsFull) {
    MemoryMap map;
    for (u64 i = 0; i < MemoryMap::capacity; ++i)
        ASSERT_TRUE(map.add_ram(range(i * 4 * mib, 2 * mib)));
    constexpr std::string_view full = "names more memory regions than the kernel has room for";
    EXPECT_EQ(map.add_ram(range(0x1'0000'0000, mib)).error().what, full);
    EXPECT_EQ(map.claim(range(mib, 4096), Use::Image).error().what, full);
    EXPECT_EQ(map.claim(range(mib, mib), Use::Image).error().what, full);
    EXPECT_EQ(map.regions().size(), MemoryMap::capacity);
    EXPECT_TRUE(map.claim(range(4 * mib, 2 * mib), Use::Image)) << "a whole region needs no room";
}

/// Checks regions that no MemoryMap would have.
void check(std::initializer_list<PhysRange> ranges) {
    std::vector<Region> regions;
    for (const PhysRange& range : ranges)
        regions.push_back({range}); // NOLINT(performance-inefficient-vector-operation)
    check_every_invariant(regions);
}

TEST(MemoryMapDeathTest, InvariantsNameWhatIsBroken) {
    check({});
    check({range(0, mib), range(mib, mib), range(4 * mib, 4096)});
    const std::string pages = "broken invariant: memory regions are whole pages";
    EXPECT_DEATH(check({range(0x800, 0x1800)}), pages);
    EXPECT_DEATH(check({range(0x1000, 0x1800)}), pages);
    EXPECT_DEATH(check({range(0x1000, 0)}), pages);
    const std::string order = "broken invariant: memory regions ascend and do not overlap";
    EXPECT_DEATH(check({range(mib, mib), range(0, mib)}), order);
    EXPECT_DEATH(check({range(0, 2 * mib), range(mib, 2 * mib)}), order);
}

TEST(ReadMemory, TakesEveryMemoryNode) {
    EXPECT_EQ(map_of("qemu_gicv2"), "40000000-60000000 0");
    EXPECT_EQ(map_of("one_cell"), "40000000-50000000 0, 60000000-68000000 0");
    EXPECT_EQ(map_of("huge"), "40000000-10040000000 0, 800000000000-800000200000 0");
    EXPECT_EQ(map_of("unaligned"), "40001000-5ffff000 0");
}

TEST(ReadMemory, LeavesOutWhatIsReserved) {
    EXPECT_EQ(map_of("reserved"),
              "40000000-40080000 1, 40080000-4f000000 0, "
              "4f000000-4f300000 2 framebuffer@4f000000, 4f300000-4f400000 0, "
              "4f400000-4f401000 2 framebuffer@4f000000, 4f401000-4fe00000 0, "
              "4fe00000-50000000 3 firmware@4fe00000, 50000000-50001000 1, 50001000-60000000 0");
}

TEST(ReadMemory, Takes128Regions) {
    const Blob blob{"regions_128"};
    MemoryMap map;
    ASSERT_TRUE(read_memory(blob.tree(), map));
    ASSERT_EQ(map.regions().size(), 128u);
    EXPECT_EQ(map.regions()[127].range, range(0x4fe0'0000, mib));
}

TEST(ReadMemory, SaysWhatIsWrong) {
    EXPECT_EQ(map_of("no_memory"), "names no memory at ");
    EXPECT_EQ(map_of("overlap"), "gives the same memory twice at memory@50000000");
    EXPECT_EQ(map_of("regions_300"),
              "names more memory regions than the kernel has room for at memory@40000000");
    EXPECT_EQ(map_of("wraps"), "has a `reg` that is no range of addresses at memory@40000000");
    EXPECT_EQ(map_of("short_reg"), "has a `reg` that is no range of addresses at memory@40000000");
}

constexpr PhysRange image = {PhysAddr{0x4020'0000}, PhysAddr{0x4021'0800}};
constexpr PhysRange tree = {PhysAddr{0x4800'0000}, PhysAddr{0x4800'1d00}};

/// What claim_loaded() makes of 512 MiB.
std::string loaded(PhysRange kernel, PhysRange blob, std::optional<PhysRange> initrd) {
    MemoryMap map;
    EXPECT_TRUE(map.add_ram(range(0x4000'0000, 512 * mib)));
    EXPECT_TRUE(map.touches(range(0x5fff'ffff, 2)));
    EXPECT_FALSE(map.touches(range(0x6000'0000, 2)));
    const auto claimed = claim_loaded(map, kernel, blob, initrd);
    return claimed ? text(map) : std::string{claimed.error().what};
}

TEST(ClaimLoaded, KeepsOffKernelTreeAndInitrd) {
    EXPECT_EQ(loaded(image, tree, range(0x4400'0000, 0x1234)),
              "40000000-40200000 0, 40200000-40211000 6, 40211000-44000000 0, "
              "44000000-44002000 4, 44002000-48000000 0, 48000000-48002000 5, 48002000-60000000 0");
}

TEST(ClaimLoaded, LetsTreeAndInitrdShareAPage) {
    EXPECT_EQ(loaded(image, tree, PhysRange{tree.end, tree.end + 16}),
              "40000000-40200000 0, 40200000-40211000 6, 40211000-48000000 0, "
              "48000000-48002000 5, 48002000-60000000 0");
}

TEST(ClaimLoaded, DoesNotMindATreeInFlash) {
    EXPECT_EQ(loaded(image, range(0x1000, 0x1000), {}),
              "40000000-40200000 0, 40200000-40211000 6, 40211000-60000000 0");
}

TEST(ClaimLoaded, RefusesWhatLiesUponSomethingElse) {
    EXPECT_EQ(loaded(range(0x5fff'0000, 0x1'0001), tree, {}), "has no memory where the kernel is");
    EXPECT_EQ(loaded(range(0x3fff'f000, 0x1'0000), tree, {}), "has no memory where the kernel is");
    EXPECT_EQ(loaded(image, range(0x4021'07ff, 64), {}), "lies upon the kernel");
    EXPECT_EQ(loaded(image, tree, range(0x5fff'f000, 0x1001)),
              "puts the initrd where no memory is");
    const std::string wrong_initrd = "puts the initrd upon the kernel or the tree";
    EXPECT_EQ(loaded(image, tree, range(0x401f'ffff, 2)), wrong_initrd);
    EXPECT_EQ(loaded(image, tree, range(0x4800'1cff, 1)), wrong_initrd);
}

/// Memory for a test, which is RAM in a map of its own; it is full of rubbish.
class BootAllocatorTest : public testing::Test {
  protected:
    static constexpr usize pages = 3;

    BootAllocatorTest() {
        rubbish_.fill(0xa5);
        EXPECT_TRUE(map_.add_ram({begin(), begin() + pages * page_bytes}));
    }

    PhysAddr begin() const { return arch::window.phys(rubbish_.data()); }

    alignas(4 * page_bytes) std::array<u8, (pages + 1) * page_bytes> rubbish_{};
    MemoryMap map_;
};

TEST_F(BootAllocatorTest, HandsOutZeroedPagesFromTheTop) {
    BootAllocator allocator{map_};
    ASSERT_EQ(allocator.take_page(), begin() + 2 * page_bytes);
    EXPECT_EQ(std::count(rubbish_.begin(), rubbish_.end(), 0), page_bytes);
    EXPECT_EQ(rubbish_[2 * page_bytes], 0);
    EXPECT_EQ(allocator.left(), (PhysRange{begin(), begin() + 2 * page_bytes}));
}

TEST_F(BootAllocatorTest, LeavesARecordInTheMap) {
    BootAllocator allocator{map_};
    ASSERT_TRUE(allocator.take_page());
    ASSERT_TRUE(allocator.take_page());
    ASSERT_EQ(map_.regions().size(), 2u);
    EXPECT_EQ(map_.regions()[1].use, Use::Boot);
    EXPECT_EQ(map_.regions()[1].range, (PhysRange{begin() + page_bytes, begin() + 3 * page_bytes}));
}

TEST_F(BootAllocatorTest, HandsOutPagesSideBySide) {
    BootAllocator allocator{map_};
    EXPECT_FALSE(allocator.take_pages(0));
    EXPECT_FALSE(allocator.take_pages(pages + 1));
    EXPECT_FALSE(allocator.take_pages(~u64{0} / page_bytes + 2)) << "as many bytes as a page has";
    ASSERT_EQ(allocator.take_pages(2), (PhysRange{begin() + page_bytes, begin() + 3 * page_bytes}));
    EXPECT_EQ(std::count(rubbish_.begin(), rubbish_.end(), 0), 2 * page_bytes);
    EXPECT_EQ(allocator.take_page(), begin());
}

TEST_F(BootAllocatorTest, HandsOutAlignedPagesAndLeavesFreeWhatItPassesOver) {
    BootAllocator allocator{map_};
    EXPECT_FALSE(allocator.take_pages(1, 40)) << "below the region";
    ASSERT_EQ(allocator.take_pages(1, page_bits + 1),
              (PhysRange{begin() + 2 * page_bytes, begin() + 3 * page_bytes}));
    ASSERT_EQ(allocator.take_pages(1, page_bits + 1), (PhysRange{begin(), begin() + page_bytes}));
    EXPECT_FALSE(allocator.take_page());
    EXPECT_EQ(map_.largest_free(), (PhysRange{begin() + page_bytes, begin() + 2 * page_bytes}));
}

TEST_F(BootAllocatorTest, EndsWithItsRegion) {
    BootAllocator allocator{map_};
    for (usize i = 0; i < pages; ++i)
        EXPECT_TRUE(allocator.take_page());
    EXPECT_FALSE(allocator.take_page());
    EXPECT_EQ(rubbish_.back(), 0xa5) << "the page behind the region is nobody's";
    EXPECT_FALSE(BootAllocator{map_}.take_page()) << "nothing is free any more";
}

} // namespace
} // namespace k
