/// \file
/// What the library makes of several invocations: mappings with their tables, threads.
#include "abi/invocations.hpp"
#include "abi/user_context.hpp"
#include "fake_kernel.hpp"
#include "lib/address_space.hpp"
#include "lib/thread.hpp"

#include <gtest/gtest.h>

namespace {

using k::u64;
using user::AddressSpace;
using user::ObjectAllocator;
using user::SlotAllocator;

struct Machine : FakeKernel {
    Machine() { add_memory(23); }
};

class Mapping : public testing::Test {
  protected:
    Machine kernel_;
    SlotAllocator slots_{kernel_.boot_info().empty};
    ObjectAllocator objects_{kernel_.boot_info(), slots_};
    AddressSpace space_{user::own_vspace, objects_};
};

TEST_F(Mapping, PutsInTheTablesThatAreMissing) {
    const auto frame = objects_.make<user::Frame>();
    ASSERT_TRUE(frame && space_.map(frame->object, 0x1234'5000));
    EXPECT_EQ(kernel_.pages.at(0x1234'5000), frame->object.cptr());
    EXPECT_EQ(space_.tables(), 3U);
    ASSERT_TRUE(space_.map(frame->object, 0x1234'6000));
    EXPECT_EQ(space_.tables(), 3U) << "the way is there";
    ASSERT_TRUE(space_.map(frame->object, 0x4000'0000));
    EXPECT_EQ(space_.tables(), 5U) << "another GiB, and in it other 2 MiB";
}

TEST_F(Mapping, StopsWhereATableIsInTheWay) {
    const auto frame = objects_.make<user::Frame>();
    const auto large = objects_.make<user::LargeFrame>();
    ASSERT_TRUE(frame && large && space_.map(frame->object, 0x20'0000));
    const u64 tables = space_.tables();
    const auto status = space_.map(large->object, 0x20'0000);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().error, k::abi::Error::FailedLookup);
    EXPECT_EQ(space_.tables(), tables);
    EXPECT_TRUE(space_.map(large->object, 0x40'0000));
}

TEST_F(Mapping, SaysThatThereIsNoMemoryForTables) {
    const auto frame = objects_.make<user::Frame>();
    while (objects_.make<user::Frame>())
        continue;
    const auto status = space_.map(frame->object, 0);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().error, k::abi::Error::NotEnoughMemory);
}

TEST(Thread, BeginsWithWhatItNeeds) {
    FakeKernel kernel;
    kernel.boot_info().user_image_frames = {1000, 2000};
    static user::Thread thread;
    ASSERT_TRUE(thread.start(user::Tcb{77}, {.entry = [](u64) {}, .priority = 9}));
    ASSERT_EQ(kernel.tcb_calls.size(), 4U);
    const auto& configure = kernel.tcb_calls[0];
    EXPECT_EQ(configure.label, k::abi::label::TCBConfigure);
    EXPECT_EQ(configure.object, 77U);
    EXPECT_EQ(configure.words[3], reinterpret_cast<u64>(&thread.buffer())) << "the buffer";
    EXPECT_EQ(configure.caps[2], user::image_frame(&thread.buffer()).cptr());
    EXPECT_EQ(kernel.tcb_calls[1].words[1], 9U) << "the priority";
    const auto& registers = kernel.tcb_calls[2].words;
    EXPECT_EQ(registers[1], k::abi::user_context_words);
    EXPECT_EQ(registers[3] % 16, 0U) << "sp";
    EXPECT_EQ(registers[5], reinterpret_cast<u64>(&thread)) << "x0";
    EXPECT_NE(registers[2 + 34], 0U) << "tpidr_el0";
    EXPECT_EQ(kernel.tcb_calls[3].label, k::abi::label::TCBResume);
}

} // namespace
