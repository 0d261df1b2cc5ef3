// What the first program gets of the machine's addresses.
#include "boot/untyped_list.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace k {
namespace {

constexpr u64 mib = bit(20);

constexpr PhysRange range(u64 begin, u64 bytes) {
    return {PhysAddr{begin}, PhysAddr{begin + bytes}};
}

struct Piece {
    u64 address;
    unsigned size_bits;
    bool is_device;

    friend bool operator==(const Piece&, const Piece&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Piece& p) {
        return out << std::hex << p.address << " 2^" << std::dec << p.size_bits
                   << (p.is_device ? " device" : "");
    }
};

/// QEMU's board with 512 MiB and GICv2.
class UntypedListTest : public testing::Test {
  protected:
    void SetUp() override {
        gic_.distributor = range(0x800'0000, 0x1'0000);
        ASSERT_TRUE(gic_.per_core.push_back(range(0x801'0000, 0x1'0000)));
        ASSERT_TRUE(memory_->add_ram(range(0x4000'0000, 512 * mib)));
    }

    std::vector<Piece> list(usize room = abi::boot_info_untypeds) {
        *devices_ = {};
        EXPECT_TRUE(find_devices(*memory_, gic_, *devices_));
        std::vector<abi::UntypedDescription> descriptions(room, {1, 2, 3, {}});
        std::vector<Piece> pieces;
        for (const auto& piece : list_untypeds(*memory_, *devices_, descriptions)) {
            EXPECT_EQ(piece.padding, (std::array<u8, 6>{}));
            pieces.push_back({piece.address, piece.size_bits, piece.is_device == 1});
        }
        return pieces;
    }

    /// The part of the list that is memory.
    std::vector<Piece> list_memory() {
        std::vector<Piece> pieces = list();
        std::erase_if(pieces, &Piece::is_device);
        return pieces;
    }

    Gic gic_{};
    std::unique_ptr<MemoryMap> memory_ = std::make_unique<MemoryMap>();
    std::unique_ptr<MemoryMap> devices_ = std::make_unique<MemoryMap>();
};

TEST_F(UntypedListTest, ListsDevicesFirst) {
    const std::vector<Piece> expected{
        {0x0, 27, true},         {0x802'0000, 17, true},  {0x804'0000, 18, true},
        {0x808'0000, 19, true},  {0x810'0000, 20, true},  {0x820'0000, 21, true},
        {0x840'0000, 22, true},  {0x880'0000, 23, true},  {0x900'0000, 24, true},
        {0xa00'0000, 25, true},  {0xc00'0000, 26, true},  {0x1000'0000, 28, true},
        {0x2000'0000, 29, true}, {0x6000'0000, 29, true}, {0x8000'0000, 31, true},
        {bit(32), 32, true},     {bit(33), 33, true},     {bit(34), 34, true},
        {bit(35), 35, true},     {bit(36), 36, true},     {bit(37), 37, true},
        {bit(38), 38, true},     {bit(39), 39, true},     {0x4000'0000, 29, false},
    };
    EXPECT_EQ(list(), expected);
}

TEST_F(UntypedListTest, WithholdsTheInterruptController) {
    gic_.distributor = range(0x800'0000, 0x1'0000);
    gic_.per_core = {};
    ASSERT_TRUE(gic_.per_core.push_back(range(0x80a'0000, 0xf6'0000)));
    ASSERT_TRUE(gic_.per_core.push_back(range(0x900'0000, page_bytes)));
    for (const Piece& piece : list()) {
        const PhysRange given = range(piece.address, bit(piece.size_bits));
        EXPECT_FALSE(given.overlaps(gic_.distributor));
        for (const PhysRange& registers : gic_.per_core.items())
            EXPECT_FALSE(given.overlaps(registers));
    }
}

TEST_F(UntypedListTest, WithholdsMemoryThatIsInUse) {
    u64 at = 0x4000'0000;
    for (const Use use :
         {Use::Firmware, Use::Reserved, Use::Unmapped, Use::Tree, Use::Image, Use::Boot}) {
        ASSERT_TRUE(memory_->claim(range(at, 16 * mib), use));
        at += 32 * mib;
    }
    const std::vector<Piece> expected{
        {0x4100'0000, 24, false}, {0x4300'0000, 24, false}, {0x4500'0000, 24, false},
        {0x4700'0000, 24, false}, {0x4900'0000, 24, false}, {0x4b00'0000, 24, false},
        {0x4c00'0000, 26, false}, {0x5000'0000, 28, false},
    };
    EXPECT_EQ(list_memory(), expected);
}

TEST_F(UntypedListTest, GivesTheInitrdBack) {
    ASSERT_TRUE(memory_->claim(range(0x4800'0000, mib), Use::Initrd));
    const auto pieces = list_memory();
    EXPECT_NE(std::ranges::find(pieces, Piece{0x4800'0000, 20, false}), pieces.end());
}

TEST_F(UntypedListTest, CutsAtEveryAlignment) {
    *memory_ = {};
    ASSERT_TRUE(memory_->add_ram(range(0x4000'3000, 0xa000)));
    const std::vector<Piece> expected{{0x4000'3000, 12, false},
                                      {0x4000'4000, 14, false},
                                      {0x4000'8000, 14, false},
                                      {0x4000'c000, 12, false}};
    EXPECT_EQ(list_memory(), expected);
}

TEST_F(UntypedListTest, LosesWhatThereIsNoRoomFor) {
    auto expected = list();
    for (const usize room : {23u, 5u, 0u}) {
        expected.resize(room);
        EXPECT_EQ(list(room), expected);
    }
}

TEST_F(UntypedListTest, EndsWhereNoDeviceIsLookedFor) {
    ASSERT_TRUE(memory_->add_ram(range(bit(39), bit(39) + bit(30))));
    const auto pieces = list();
    EXPECT_NE(std::ranges::find(pieces, Piece{bit(38), 38, true}), pieces.end());
    EXPECT_NE(std::ranges::find(pieces, Piece{bit(40), 30, false}), pieces.end());
    for (const Piece& piece : pieces)
        EXPECT_TRUE(!piece.is_device || piece.address < bit(39));
}

} // namespace
} // namespace k
