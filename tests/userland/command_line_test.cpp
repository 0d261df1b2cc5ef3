/// \file
/// The command line, out of the device tree that BootInfo brings.
#include "fake_kernel.hpp"
#include "lib/command_line.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace {

using k::u64;
using user::number_option;

TEST(NumberOption, IsTheNumberBehindItsName) {
    EXPECT_EQ(number_option("jitter=3 seed=12 operations=400", "seed"), 12U);
    EXPECT_EQ(number_option("seed=12", "seed"), 12U);
    EXPECT_EQ(number_option("seeds=12 seed=4", "seed"), 4U) << "another word";
}

TEST(NumberOption, IsNothingElse) {
    EXPECT_EQ(number_option("", "seed"), std::nullopt);
    EXPECT_EQ(number_option("seed", "seed"), std::nullopt);
    EXPECT_EQ(number_option("seed=", "seed"), std::nullopt);
    EXPECT_EQ(number_option("seed=12x", "seed"), std::nullopt);
    EXPECT_EQ(number_option("noseed=12", "seed"), std::nullopt);
}

/// BootInfo with a chunk behind it, as the kernel lays it out.
class CommandLine : public testing::Test {
  protected:
    /// A tree with `/chosen/bootargs`, behind another node and another property.
    void add_tree(std::string_view text) {
        word(0xd00d'feed);
        word(0); // the size, which nobody needs
        word(structure);
        word(strings);
        at_ = structure;
        node("");
        node("chosen");
        property(9, {"other\0", 6});
        property(0, {text.data(), text.size() + 1});
        word(2);
        word(2);
        word(9);
        std::memcpy(tree() + strings, "bootargs\0bootargs2", 19);
        const k::abi::ChunkHeader header{k::abi::ChunkId::DeviceTree, 1024};
        std::memcpy(memory_.data() + page, &header, sizeof header);
        const u64 extra = 1024;
        std::memcpy(memory_.data(), &extra, sizeof extra);
    }

    static constexpr u64 page = 4096;
    static constexpr u64 structure = 40;
    static constexpr u64 strings = 400;

    unsigned char* tree() { return memory_.data() + page + sizeof(k::abi::ChunkHeader); }

    void word(u64 value) {
        for (unsigned i = 0; i < 4; ++i)
            tree()[at_++] = static_cast<unsigned char>(value >> (24 - 8 * i));
    }

    void bytes(std::string_view text) {
        std::memcpy(tree() + at_, text.data(), text.size());
        at_ = (at_ + text.size() + 3) / 4 * 4;
    }

    void node(const char* name) {
        word(1);
        bytes({name, std::strlen(name) + 1});
    }

    void property(u64 name, std::string_view value) {
        word(3);
        word(value.size());
        word(name);
        bytes(value);
    }

    FakeKernel kernel_;
    alignas(page) std::array<unsigned char, 2 * page> memory_{};
    u64 at_ = 0;
};

TEST_F(CommandLine, IsFoundInTheTree) {
    add_tree("seed=5 jitter=1");
    kernel_.boot_info_page = memory_.data();
    EXPECT_EQ(user::command_line(), "seed=5 jitter=1");
}

TEST_F(CommandLine, IsEmptyWithoutATree) {
    kernel_.boot_info_page = memory_.data();
    EXPECT_EQ(user::command_line(), "");
}

} // namespace
