// Reading device trees, good and bad. What the trees are is in trees/*.dts.
#include "boot/device_tree.hpp"
#include "trees.hpp"

#include <gtest/gtest.h>

#include <array>

namespace k {
namespace {

using test::Blob;

PhysRange range(u64 base, u64 size) {
    return {PhysAddr{base}, PhysAddr{base + size}};
}

/// What open_tree() says of a blob; "" when it is content.
std::string_view refusal(const Blob& blob) {
    const auto tree = blob.open();
    return tree ? std::string_view{} : tree.error().what;
}

TEST(OpenTree, TakesQemusOwn) {
    EXPECT_EQ(refusal(Blob{"qemu_gicv2"}), "");
    EXPECT_EQ(refusal(Blob{"qemu_gicv3"}), "");
}

TEST(OpenTree, RefusesNothing) {
    EXPECT_EQ(open_tree(nullptr).error().what, "is missing: x0 was 0 at entry");
}

TEST(OpenTree, RefusesWhatIsNotAligned) {
    const std::vector<char> bytes = Blob::read("board");
    std::vector<char> moved(4, '\0');
    moved.insert(moved.end(), bytes.begin(), bytes.end());
    const Blob blob{moved};
    EXPECT_EQ(open_tree(blob.data() + 4, bytes.size()).error().what, "is not where one can be");
}

TEST(OpenTree, RefusesOtherFiles) {
    Blob blob{"board"};
    blob.poke(0, 0x7f454c46);
    EXPECT_EQ(refusal(blob), "does not begin as one");
}

TEST(OpenTree, RefusesATreeCutShortAnywhere) {
    const std::vector<char> whole = Blob::read("board");
    for (usize size = 0; size < whole.size(); ++size) {
        const Blob cut{std::vector<char>{whole.data(), whole.data() + size}};
        EXPECT_FALSE(cut.open()) << size << " bytes";
    }
}

// Fields of the header, in bytes from its start; "Devicetree Specification", "Header".
constexpr usize total_size = 4;
constexpr usize structure = 8;
constexpr usize strings = 12;
constexpr usize reservations = 16;
constexpr usize version = 20;
constexpr usize strings_size = 32;
constexpr usize structure_size = 36;

class BadHeader : public testing::TestWithParam<std::pair<usize, u32>> {};

TEST_P(BadHeader, IsRefused) {
    Blob blob{"board"};
    blob.poke(GetParam().first, GetParam().second);
    EXPECT_EQ(refusal(blob), "is damaged or cut short");
}

INSTANTIATE_TEST_SUITE_P(
    OpenTree, BadHeader,
    testing::Values(std::pair{total_size, 40u}, std::pair{total_size, 0x80000000u},
                    std::pair{structure, 0xfffffff0u}, std::pair{strings, 0x10000u},
                    std::pair{reservations, 0x10000000u}, std::pair{version, 16u},
                    std::pair{version, 0u}, std::pair{strings_size, 0x7fffffffu},
                    std::pair{structure_size, 8u}, std::pair{structure_size, 0xfffffffcu}));

/// A tree that is all right but for where its blocks are: `bytes` of nothing come before the block
/// whose offset is in the header's `field`, and move it and what follows.
Blob moved(usize field, u32 bytes) {
    const Blob whole{"board"};
    const u32 from = whole.peek(field);
    std::vector<char> bytes_moved{whole.data(), whole.data() + whole.size()};
    bytes_moved.insert(bytes_moved.begin() + from, bytes, '\0');
    Blob blob{bytes_moved};
    blob.poke(total_size, whole.peek(total_size) + bytes);
    for (const usize offset : {structure, strings, reservations})
        if (whole.peek(offset) >= from) blob.poke(offset, whole.peek(offset) + bytes);
    return blob;
}

TEST(OpenTree, RefusesATreeThatIsNestedTooDeeply) {
    EXPECT_EQ(refusal(Blob{"deep"}), "is nested too deeply");
}

TEST(OpenTree, TakesBlocksWhereTheyAreAligned) {
    EXPECT_EQ(refusal(moved(reservations, 8)), "");
    EXPECT_EQ(refusal(moved(structure, 4)), "");
    EXPECT_EQ(refusal(moved(strings, 1)), "") << "strings need no alignment";
}

TEST(OpenTree, RefusesBlocksThatWouldFault) {
    EXPECT_EQ(refusal(moved(reservations, 4)), "is damaged or cut short");
    EXPECT_EQ(refusal(moved(structure, 2)), "is damaged or cut short");
}

TEST(DeviceTree, UsedBytesLeaveOutWhatFollows) {
    std::vector<char> bytes = Blob::read("board");
    const usize used = bytes.size();
    EXPECT_EQ(Blob{bytes}.tree().used_bytes(), used);
    bytes.resize(usize{1} << 20);
    Blob padded{bytes};
    padded.poke(total_size, u32{1} << 20);
    EXPECT_EQ(padded.tree().used_bytes(), used);
}

TEST(DeviceTree, FindsByPath) {
    const Blob blob{"board"};
    EXPECT_EQ(blob.tree().find("/memory@40000000")->name(), "memory@40000000");
    EXPECT_EQ(blob.tree().find("/cpus/cpu@100")->name(), "cpu@100");
    EXPECT_FALSE(blob.tree().find("/memory@50000000"));
    EXPECT_FALSE(blob.tree().find("serial0")) << "an alias is no path";
    EXPECT_FALSE(blob.tree().find(""));
}

TEST(DeviceTree, FindsByCompatibleWhatIsInUse) {
    const Blob blob{"second_uart"};
    EXPECT_EQ(blob.tree().find_compatible("arm,pl011")->name(), "serial@9000000");
    EXPECT_EQ(blob.tree().find_compatible("arm,primecell")->name(), "serial@9000000");
    EXPECT_FALSE(blob.tree().find_compatible("arm,pl01"));
}

TEST(DeviceTree, ReadsReservations) {
    const Blob blob{"reserved"};
    ASSERT_EQ(blob.tree().reservations(), 2u);
    EXPECT_EQ(*blob.tree().reservation(0), range(0x4000'0000, 0x8'0000));
    EXPECT_EQ(*blob.tree().reservation(1), range(0x4ff0'0000, 0x10'0001));
}

TEST(DeviceTree, RefusesAReservationThatWraps) {
    Blob blob{"reserved"};
    blob.poke(40, 0xffffffff); // the upper half of the first address; the header has 40 bytes
    EXPECT_EQ(blob.tree().reservation(0).error().what, "reserves what is no memory");
}

TEST(Property, NumbersAreBigEndianCells) {
    constexpr std::array<u8, 12> value{0, 0, 0, 1, 0x40, 0x20, 0, 0, 0xff, 0xff, 0xff, 0xff};
    const Property property{value.data(), value.size()};
    EXPECT_EQ(property.cells(), 3u);
    EXPECT_EQ(property.number(1, 1), 0x4020'0000u);
    EXPECT_EQ(property.number(0, 2), 0x1'4020'0000u);
    EXPECT_EQ(property.number(3, 0), 0u) << "no cells hold 0";
    EXPECT_FALSE(property.number(0, 3)) << "wider than any number here";
}

TEST(Property, NothingIsReadBehindItsEnd) {
    constexpr std::array<u8, 8> value{};
    const Property property{value.data(), value.size()};
    EXPECT_FALSE(property.number(1, 2));
    EXPECT_FALSE(property.number(2, 1));
    EXPECT_FALSE(property.number(3, 1));
    EXPECT_FALSE(property.number(~usize{0}, 2));
}

TEST(Node, WalksChildrenInOrder) {
    const Blob blob{"board"};
    std::string names;
    for (auto node = blob.tree().find("/cpus")->first_child(); node; node = node->next_sibling())
        names += std::string{node->name()} + " ";
    EXPECT_EQ(names, "cpu@0 cpu@100 ");
    EXPECT_FALSE(blob.tree().find("/chosen")->first_child());
}

TEST(Node, ParentOfTheRootIsTheRoot) {
    const Blob blob{"board"};
    EXPECT_EQ(blob.tree().find("/cpus/cpu@0")->parent().name(), "cpus");
    EXPECT_EQ(blob.tree().root().parent().text("model"), "a board for tests");
}

TEST(Node, ReadsTextAndNumbers) {
    const Blob blob{"board"};
    const Node chosen = *blob.tree().find("/chosen");
    EXPECT_EQ(chosen.text("bootargs"), "jitter=7 try=nothing");
    EXPECT_EQ(chosen.text("none"), "");
    EXPECT_FALSE(chosen.number("bootargs")) << "no number has 21 bytes";
    const Node gic = *blob.tree().find_compatible("arm,gic-400");
    EXPECT_EQ(gic.number("#interrupt-cells"), 3u);
}

TEST(Node, RegTakesTheCellsOfItsParent) {
    const Blob two{"board"};
    const Node gic = *two.tree().find_compatible("arm,gic-400");
    EXPECT_EQ(gic.reg_count(), 2u);
    EXPECT_EQ(*gic.reg(0), range(0x800'0000, 0x1'0000));
    EXPECT_EQ(*gic.reg(1), range(0x801'0000, 0x1'0000));

    const Blob one{"one_cell"};
    const Node memory = *one.tree().find("/memory@40000000");
    EXPECT_EQ(memory.reg_count(), 2u);
    EXPECT_EQ(*memory.reg(0), range(0x4000'0000, 0x1000'0000));
    EXPECT_EQ(*memory.reg(1), range(0x6000'0000, 0x800'0000));
}

TEST(Node, RegOfManyCellsIsRefusedPastItsEnd) {
    const Blob blob{"board"};
    const auto past = blob.tree().find_compatible("arm,gic-400")->reg(2);
    ASSERT_FALSE(past);
    EXPECT_EQ(past.error().what, "has a `reg` that is no range of addresses");
    EXPECT_EQ(past.error().node, "interrupt-controller@8000000");
}

TEST(Node, RegThatIsNoneIsRefused) {
    const auto refused = [](const char* tree) {
        const Blob blob{tree};
        return !blob.tree().find("/memory@40000000")->reg(0);
    };
    EXPECT_TRUE(refused("short_reg"));
    EXPECT_TRUE(refused("wraps"));
    EXPECT_TRUE(refused("three_cells"));
    EXPECT_FALSE(refused("huge"));
}

TEST(Node, RegMovesThroughBuses) {
    const Blob blob{"bus"};
    // 0x2000 on the inner bus is 0x7e201000 on the outer one, whose second range is at 0xfe000000.
    EXPECT_EQ(*blob.tree().find_compatible("arm,pl011")->reg(0), range(0xfe20'1000, 0x1000));
}

TEST(Node, RegBehindABusWithoutRangesIsUnreachable) {
    const Blob blob{"bus_without_ranges"};
    const auto reg = blob.tree().find_compatible("arm,pl011")->reg(0);
    ASSERT_FALSE(reg);
    EXPECT_EQ(reg.error().what, "puts a device where the CPU cannot reach it");
    EXPECT_EQ(reg.error().node, "i2c");
}

TEST(Node, RegThatTheBusDoesNotTakeWholeIsUnreachable) {
    for (const char* const name : {"bus_wraps", "bus_too_short"}) {
        const Blob blob{name};
        EXPECT_FALSE(blob.tree().find_compatible("arm,pl011")->reg(0)) << name;
    }
}

} // namespace
} // namespace k
