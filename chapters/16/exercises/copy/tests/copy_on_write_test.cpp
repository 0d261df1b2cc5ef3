// Programs that share pages until they write. Their accesses are looked up in their page tables as
// the processor would, and what it would refuse goes to the pager.
#include "arch/esr.hpp"
#include "base/random.hpp"
#include "copy_on_write.hpp"
#include "memory_model.hpp"

#include <algorithm>

namespace k::test {
namespace {

class Cow : public WorldTest {
  protected:
    static constexpr u64 tables = 44; ///< their slots: one for all

    void SetUp() override {
        using abi::ObjectType;
        for (u64 page = 0; page < place::pages; ++page) {
            expect_done(retype(untyped, ObjectType::SmallPage, 0, place::originals + page));
            std::ranges::fill(contents(*this, place::originals + page), first_byte(page));
        }
        for (u64 program = 0; program < place::programs; ++program)
            make_space(place::spaces + program);
        watermark_ = watermark();
    }

    void make_space(u64 space) {
        expect_done(retype(untyped, ObjectType::VSpace, 0, space));
        expect_done(invoke(asid_pool, label::ASIDPoolAssign, {}, {space}));
        for (int i = 0; i < 3; ++i) {
            expect_done(retype(untyped, ObjectType::PageTable, 0, tables));
            expect_done(invoke(tables, label::PageTableMap, {place::base, 1}, {space}));
            // The table stays where it is: only the capability goes, to a slot far away.
            move(slot(tables), slot(255 - next_table_++));
        }
    }

    static void expect_done(const Answer& answer) { EXPECT_EQ(answer, no_error); }

    static u8 first_byte(u64 page) { return static_cast<u8>(0x10 + page); }

    u64 watermark() { return slot(untyped).cap.as<Untyped>()->watermark(); }

    /// How many frames have been made since the programs began.
    u64 frames_made() { return (watermark() - watermark_) / page_bytes; }

    arch::Descriptor leaf(u64 program, u64 address) {
        const auto space = kernel.asids.space_of(slot(place::spaces + program).cap);
        const WalkEnd end = space.walk(VirtAddr{address});
        return end.descriptor.is_leaf(end.level) ? end.descriptor : arch::Descriptor{};
    }

    static bool permits(arch::Descriptor leaf, bool write) {
        using arch::Descriptor;
        return leaf[Descriptor::valid] && leaf[Descriptor::user] &&
               !(write && leaf[Descriptor::read_only]);
    }

    static u64 status(arch::Descriptor leaf, bool write) {
        constexpr u64 data_abort = 0x9200'0000;
        constexpr u64 translation = 0b00'0111;
        constexpr u64 permission = 0b00'1111;
        return data_abort | (write ? bit(6) : 0) |
               (leaf[arch::Descriptor::valid] ? permission : translation);
    }

    /// What a program reaches at an address; nullptr if it is stopped there, or never gets on.
    u8* touch(u64 program, u64 address, bool write) {
        faults_ = 0;
        for (; faults_ < 4; ++faults_) {
            const auto found = leaf(program, address);
            if (permits(found, write))
                return arch::window.at<u8>(found.target() + address % page_bytes);
            if (!pager_.handle({program, address, 0, status(found, write)})) return nullptr;
        }
        ADD_FAILURE() << "program " << program << " faults for ever at " << address;
        return nullptr;
    }

    static u64 address_of(u64 page, u64 offset = 0) {
        return place::base + page * page_bytes + offset;
    }

    int read(u64 program, u64 page, u64 offset = 0) {
        const u8* const byte = touch(program, address_of(page, offset), false);
        return byte != nullptr ? *byte : -1;
    }

    void write(u64 program, u64 page, u64 offset, u8 value) {
        u8* const byte = touch(program, address_of(page, offset), true);
        ASSERT_NE(byte, nullptr) << "it was stopped";
        *byte = value;
    }

    /// Whether what a program has there is the original.
    bool has_original(u64 program, u64 page) {
        return leaf(program, address_of(page)).target() ==
               slot(place::originals + page).cap.address();
    }

    CopyOnWrite pager_{*this};
    unsigned faults_ = 0; ///< of the last access

  private:
    u64 watermark_ = 0;
    u64 next_table_ = 0;
};

TEST_F(Cow, ReadersShareTheOriginal) {
    for (u64 program = 0; program < place::programs; ++program)
        for (u64 page = 0; page < place::pages; ++page) {
            EXPECT_EQ(read(program, page, 77), first_byte(page));
            EXPECT_TRUE(has_original(program, page));
            EXPECT_EQ(read(program, page, 78), first_byte(page));
            EXPECT_EQ(faults_, 0u);
        }
}

TEST_F(Cow, ReadingTakesNoMemory) {
    for (u64 program = 0; program < place::programs; ++program)
        EXPECT_NE(read(program, 0), -1);
    EXPECT_EQ(frames_made(), 0u);
}

TEST_F(Cow, WhoWritesHasACopy) {
    EXPECT_EQ(read(0, 1), first_byte(1));
    write(0, 1, 5, 0xee);
    EXPECT_EQ(read(0, 1, 5), 0xee);
    EXPECT_FALSE(has_original(0, 1));
    EXPECT_EQ(frames_made(), 1u);
    write(0, 1, 6, 0xdd);
    EXPECT_EQ(faults_, 0u);
    EXPECT_EQ(frames_made(), 1u);
}

TEST_F(Cow, ACopyBeginsAsTheOriginal) {
    EXPECT_EQ(read(0, 2), first_byte(2));
    write(0, 2, 100, 0xee);
    for (const u64 offset : std::array<u64, 4>{0, 99, 101, page_bytes - 1})
        EXPECT_EQ(read(0, 2, offset), first_byte(2));
    EXPECT_EQ(read(0, 2, 100), 0xee);
}

TEST_F(Cow, OthersKeepTheOriginal) {
    EXPECT_EQ(read(1, 0), first_byte(0));
    write(0, 0, 0, 0xee);
    EXPECT_EQ(read(1, 0), first_byte(0)) << "it had seen the page before";
    EXPECT_EQ(read(2, 0), first_byte(0)) << "it sees it only now";
    write(2, 0, 1, 0xdd);
    EXPECT_EQ(read(2, 0), first_byte(0)) << "its copy is one of the original";
    EXPECT_EQ(contents(*this, place::originals)[0], first_byte(0));
}

TEST_F(Cow, AWriteMayComeFirst) {
    write(0, 3, 9, 0xee);
    EXPECT_EQ(read(0, 3, 9), 0xee);
    EXPECT_EQ(read(0, 3, 8), first_byte(3));
    EXPECT_EQ(read(1, 3, 9), first_byte(3));
    EXPECT_EQ(frames_made(), 1u);
}

TEST_F(Cow, StopsWhatCannotBeHelped) {
    for (const u64 address :
         std::array<u64, 4>{0, place::base - 1, address_of(place::pages), bit(39)})
        for (const bool writes : {false, true})
            EXPECT_EQ(touch(0, address, writes), nullptr) << address;
    constexpr u64 fetch_status = 0x8200'0007;
    EXPECT_FALSE(pager_.handle({0, address_of(0), 1, fetch_status}));
    EXPECT_EQ(read(0, 0), first_byte(0)) << "and reading it is as before";
    write(0, 0, 0, 1);
    EXPECT_FALSE(pager_.handle({0, address_of(0), 0, status(leaf(0, address_of(0)), true)}))
        << "it has everything that it can have";
}

TEST_F(Cow, IsAsIfEachHadMemoryOfItsOwn) {
    std::array<std::array<std::array<u8, 8>, place::pages>, place::programs> own{};
    for (auto& program : own)
        for (u64 page = 0; page < place::pages; ++page)
            program[page].fill(first_byte(page));
    Random random{16};
    for (int i = 0; i < 2'000; ++i) {
        const u64 program = random.next() % place::programs;
        const u64 page = random.next() % place::pages;
        const u64 offset = random.next() % 8;
        u8& byte = own[program][page][offset];
        if (random.next() % 4 == 0) {
            byte = static_cast<u8>(random.next());
            write(program, page, offset, byte);
        }
        ASSERT_EQ(read(program, page, offset), byte) << "after " << i << " accesses";
    }
    EXPECT_LE(frames_made(), place::programs * place::pages);
}

} // namespace
} // namespace k::test
