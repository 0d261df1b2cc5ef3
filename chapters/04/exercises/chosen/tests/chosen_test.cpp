// Memory that the kernel chooses for those who ask for some.
#include "boot/memory_map.hpp"
#include "trees.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace k::test {
namespace {

constexpr PhysRange image{PhysAddr{0x4020'0000}, PhysAddr{0x4021'0800}};
constexpr PhysRange blob{PhysAddr{0x4800'0000}, PhysAddr{0x4800'2000}};

/// What is reserved under a name, line by line, or what is wrong with the tree.
std::string chosen(const char* name) {
    const Blob tree{name};
    MemoryMap map;
    EXPECT_TRUE(read_memory(tree.tree(), map));
    EXPECT_TRUE(claim_loaded(map, image, blob, {}));
    const auto done = choose_reserved(tree.tree(), map);
    if (!done) return std::string{done.error().what} + " at " + std::string{done.error().node};
    check_invariants(map);
    std::ostringstream out;
    for (const Region& region : map.regions())
        if (!region.name.empty())
            out << std::hex << region.range.begin.raw() << " to " << region.range.end.raw() << " "
                << region.name << (region.use == Use::Unmapped ? ", unmapped\n" : "\n");
    return out.str();
}

TEST(Chosen, AreAsLowAsTheyCanBe) {
    EXPECT_EQ(chosen("chosen"), "40000000 to 40002000 odd\n"
                                "40211000 to 40611000 pool\n"
                                "40611000 to 40612000 behind\n"
                                "41000000 to 41300000 aligned, unmapped\n"
                                "51000000 to 51002000 window\n"
                                "58000000 to 58001000 placed@58000000\n");
}

TEST(Chosen, KeepOffWhatIsTaken) {
    const Blob tree{"chosen"};
    MemoryMap map;
    ASSERT_TRUE(read_memory(tree.tree(), map));
    ASSERT_TRUE(claim_loaded(map, image, blob, {}));
    ASSERT_TRUE(map.claim({PhysAddr{0x4100'0000}, PhysAddr{0x4100'1000}}, Use::Firmware));
    ASSERT_TRUE(choose_reserved(tree.tree(), map).has_value());
    for (const Region& region : map.regions())
        EXPECT_TRUE(region.name != "aligned" || region.range.begin == PhysAddr{0x4200'0000});
}

TEST(Chosen, MayBeTooMuch) {
    EXPECT_EQ(chosen("greedy"), "asks for memory that there is not at greedy");
}

TEST(Chosen, AreNoneWhereNobodyAsks) {
    EXPECT_EQ(chosen("board"), "");
}

} // namespace
} // namespace k::test
