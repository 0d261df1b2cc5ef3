// Names of functions, as the build lays them down in the image.
#include "base/symbols.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace k {
namespace {

using Entry = SymbolTable::Entry;
constexpr u64 image = 0x4020'0000;

/// The place that `table` knows for the byte `offset` of the image, in words.
std::string said(const SymbolTable& table, u64 offset) {
    const auto place = table.find(image + offset);
    if (!place) return "nothing";
    return std::string{place->function} + "+" + std::to_string(place->offset);
}

constexpr std::array<Entry, 4> entries{{{0x00, 0}, {0x40, 6}, {0x44, 11}, {0x100, 15}}};
constexpr SymbolTable three{image, entries, "_startstartb::g"};

TEST(Symbols, FirstAndLastByteOfEachFunction) {
    EXPECT_EQ(said(three, 0), "_start+0");
    EXPECT_EQ(said(three, 0x3f), "_start+63");
    EXPECT_EQ(said(three, 0x40), "start+0");
    EXPECT_EQ(said(three, 0x43), "start+3");
    EXPECT_EQ(said(three, 0x44), "b::g+0");
    EXPECT_EQ(said(three, 0xff), "b::g+187");
}

TEST(Symbols, NothingBehindTheCode) {
    EXPECT_EQ(said(three, 0x100), "nothing");
    EXPECT_EQ(said(three, u64{1} << 32), "nothing") << "not the function at offset 0";
}

TEST(Symbols, NothingBeforeTheImage) {
    EXPECT_FALSE(three.find(image - 1));
    EXPECT_FALSE(three.find(0));
}

TEST(Symbols, NothingBeforeTheFirstFunction) {
    static constexpr std::array<Entry, 2> late{{{0x10, 0}, {0x20, 1}}};
    constexpr SymbolTable one{image, late, "f"};
    EXPECT_EQ(said(one, 0xf), "nothing");
    EXPECT_EQ(said(one, 0x10), "f+0");
}

TEST(Symbols, EmptyTablesKnowNothing) {
    EXPECT_EQ(said({image, {}, ""}, 0), "nothing");
    static constexpr std::array<Entry, 1> only_the_end{{{0x10, 0}}};
    EXPECT_EQ(said({image, only_the_end, ""}, 0xf), "nothing");
    EXPECT_EQ(said({image, only_the_end, ""}, 0x10), "nothing");
}

} // namespace
} // namespace k
