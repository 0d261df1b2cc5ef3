// What a program may have printed by its address, and what it may not.
#include "syscall/user_text.hpp"
#include "tables.hpp"
#include "text_target.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <sys/mman.h>

namespace k::test {
namespace {

constexpr VirtAddr text_page{0x40'0000};

/// A program's address space, with pages that lie in memory in another order than in it.
class UserText : public testing::Test {
  protected:
    UserText()
        : memory_{static_cast<char*>(
              mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))} {
        std::memset(memory_, '!', bytes); // what nobody may see
        pages_ = arch::window.phys(memory_).align_up(21);
    }

    ~UserText() override { munmap(memory_, bytes); }

    /// The page of memory with that number.
    [[nodiscard]] PhysAddr page(u64 number) const { return pages_ + number * small; }

    void put(PhysAddr where, std::string_view text) {
        std::memcpy(arch::window.at<char>(where), text.data(), text.size());
    }

    void map(VirtAddr va, PhysAddr pa, arch::Attributes attributes = user_data) {
        space_.map({va, pa, small, attributes});
    }

    /// What is written, if anything.
    std::optional<std::string> text(u64 address, u64 length) {
        TextTarget target;
        const bool written = write_user_text(space_.space, address, length, TextOut{target});
        EXPECT_TRUE(written || target.text.empty()) << "refused, but something was written";
        return written ? std::optional{target.text} : std::nullopt;
    }

    bool is_refused(u64 address, u64 length) { return !text(address, length); }

    bool is_refused(VirtAddr address, u64 length) { return is_refused(address.raw(), length); }

    std::optional<std::string> text(VirtAddr address, u64 length) {
        return text(address.raw(), length);
    }

    static constexpr usize bytes = usize{6} << 20;
    char* memory_;
    PhysAddr pages_;
    PlainSpace space_;
};

TEST_F(UserText, IsWrittenFromOnePage) {
    map(text_page, page(7));
    put(page(7) + 100, "hello");
    EXPECT_EQ(text(text_page + 100, 5), "hello");
    put(page(7) + small - 3, "end");
    EXPECT_EQ(text(text_page + small - 3, 3), "end");
}

TEST_F(UserText, IsWrittenFromPagesThatLieApart) {
    map(text_page, page(9));
    map(text_page + small, page(3));
    map(text_page + 2 * small, page(11));
    put(page(9) + small - 2, "ab");
    put(page(3), std::string(small, 'm'));
    put(page(11), "yz");
    const auto written = text(text_page + small - 2, small + 4);
    EXPECT_TRUE(written == "ab" + std::string(small, 'm') + "yz");
}

TEST_F(UserText, IsWrittenFromALargePage) {
    space_.map({VirtAddr{0x60'0000}, pages_, large, user_data});
    put(pages_ + 0x1'2345, "deep inside");
    EXPECT_EQ(text(0x61'2345, 11), "deep inside");
}

TEST_F(UserText, MayBeEmpty) {
    EXPECT_EQ(text(0x1000, 0), "");
    map(text_page, page(0), user_text);
    EXPECT_EQ(text(text_page, 0), "");
}

TEST_F(UserText, OfTheKernelIsRefused) {
    map(text_page, page(1), kernel_data);
    EXPECT_TRUE(is_refused(text_page, 4)) << "mapped, but not for the program";
    map(text_page + small, page(2));
    map(text_page + 2 * small, page(3), kernel_text);
    EXPECT_TRUE(is_refused(text_page + small, small + 1));
}

TEST_F(UserText, OfTheUpperHalfIsRefused) {
    map(text_page, page(1));
    for (const u64 upper : {bit(63), bit(48), ~u64{0} << 48})
        EXPECT_TRUE(is_refused(upper | text_page.raw(), 4)) << std::hex << upper;
}

TEST_F(UserText, ThatEndsInNothingIsRefusedWhole) {
    map(text_page, page(4));
    map(text_page + small, page(6));
    EXPECT_TRUE(is_refused(text_page, 2 * small + 1));
    EXPECT_TRUE(is_refused(text_page - 1, 2));
    EXPECT_TRUE(is_refused(text_page + 2 * small, 1));
}

TEST_F(UserText, ThatWrapsIsRefused) {
    map(text_page, page(4));
    map(VirtAddr{}, page(5));
    EXPECT_TRUE(is_refused(text_page, ~u64{0}));
    EXPECT_TRUE(is_refused(text_page, u64{0} - text_page.raw())) << "ends at 2^64";
    EXPECT_TRUE(is_refused(~u64{0}, 2));
}

} // namespace
} // namespace k::test
