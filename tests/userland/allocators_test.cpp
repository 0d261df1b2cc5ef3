/// \file
/// The allocators: what they give out is theirs to give, and what comes back can be had again.
#include "fake_kernel.hpp"
#include "lib/endpoint.hpp"
#include "lib/memory.hpp"
#include "lib/object_allocator.hpp"
#include "lib/slot_allocator.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using k::u64;
using k::abi::Error;
using user::Endpoint;
using user::Frame;
using user::ObjectAllocator;
using user::SlotAllocator;

TEST(MemoryOf, IsTheFirstThatIsLargeEnoughAndNoDevices) {
    FakeKernel kernel;
    auto& info = kernel.boot_info();
    info.untyped = {100, 104};
    info.untypeds[0] = {0, 20, 1, {}};
    info.untypeds[1] = {0, 15, 0, {}};
    info.untypeds[2] = {0, 16, 0, {}};
    info.untypeds[3] = {0, 20, 0, {}};
    EXPECT_EQ(user::memory_of(15).cptr(), 101U);
    EXPECT_EQ(user::memory_of(16).cptr(), 102U);
    EXPECT_EQ(user::memory_of(17).cptr(), 103U);
    EXPECT_DEATH(static_cast<void>(user::memory_of(21)), "assertion failed");
}

TEST(SlotAllocator, GivesOutEverySlotOnceAndNoOther) {
    SlotAllocator slots{{100, 104}};
    EXPECT_EQ(slots.free(), 4U);
    for (u64 expected = 100; expected < 104; ++expected)
        EXPECT_EQ(slots.take(), expected);
    EXPECT_EQ(slots.take(), std::nullopt);
    EXPECT_EQ(slots.free(), 0U);
}

TEST(SlotAllocator, GivesAgainWhatCameBack) {
    SlotAllocator slots{{64, 70}};
    EXPECT_EQ(slots.take(6), 64U);
    slots.give_back(66);
    slots.give_back(68, 2);
    EXPECT_EQ(slots.free(), 3U);
    EXPECT_EQ(slots.take(2), 68U) << "side by side";
    EXPECT_EQ(slots.take(2), std::nullopt);
    EXPECT_EQ(slots.take(), 66U);
}

TEST(SlotAllocator, KnowsWhereTheCNodeEnds) {
    SlotAllocator slots{{8190, 8192}};
    EXPECT_EQ(slots.take(3), std::nullopt);
    EXPECT_EQ(slots.take(2), 8190U);
}

TEST(SlotAllocatorDeathTest, TakesBackOnlyWhatItGave) {
    SlotAllocator slots{{10, 20}};
    EXPECT_DEATH(slots.give_back(10), "taken");
    EXPECT_DEATH(slots.give_back(9), "slot");
}

/// A machine with a little memory, and a device.
class Objects : public testing::Test {
  protected:
    Objects() {
        kernel_.add_memory(30, true);
        kernel_.add_memory(14);
        kernel_.add_memory(12);
    }

    FakeKernel kernel_;
};

TEST_F(Objects, AreMadeOfMemoryUntilThereIsNone) {
    SlotAllocator slots{kernel_.boot_info().empty};
    ObjectAllocator objects{kernel_.boot_info(), slots};
    u64 frames = 0;
    while (objects.make<Frame>())
        ++frames;
    EXPECT_EQ(frames, 5U) << "16 KiB and 4 KiB";
    EXPECT_EQ(kernel_.bytes_in_use(), 5 * 4096U);
    const auto another = objects.make<Frame>();
    ASSERT_FALSE(another);
    EXPECT_EQ(another.error().error, Error::NotEnoughMemory);
}

TEST_F(Objects, AreWhatWasAskedFor) {
    SlotAllocator slots{kernel_.boot_info().empty};
    ObjectAllocator objects{kernel_.boot_info(), slots};
    const auto endpoint = objects.make<Endpoint>();
    const auto cnode = objects.make<user::CNode>(3);
    ASSERT_TRUE(endpoint && cnode);
    const auto& made = kernel_.slots.at(cnode->object.cptr());
    EXPECT_EQ(made.type, k::abi::ObjectType::CapTable);
    EXPECT_EQ(made.size_bits, 8U);
    EXPECT_EQ(kernel_.slots.at(endpoint->object.cptr()).type, k::abi::ObjectType::Endpoint);
}

TEST_F(Objects, GiveTheirMemoryBack) {
    SlotAllocator slots{kernel_.boot_info().empty};
    ObjectAllocator objects{kernel_.boot_info(), slots};
    std::vector<ObjectAllocator::Made<Frame>> frames;
    for (int round = 0; round < 50; ++round) {
        while (const auto frame = objects.make<Frame>())
            frames.push_back(*frame);
        ASSERT_EQ(frames.size(), 5U) << "in round " << round;
        for (const auto& frame : frames)
            ASSERT_TRUE(objects.destroy(frame));
        frames.clear();
        EXPECT_EQ(kernel_.bytes_in_use(), 0U);
    }
}

TEST_F(Objects, ThatTheKernelDoesNotMakeCostNothing) {
    SlotAllocator slots{kernel_.boot_info().empty};
    ObjectAllocator objects{kernel_.boot_info(), slots};
    kernel_.refused = k::abi::ObjectType::Endpoint;
    ASSERT_FALSE(objects.make<Endpoint>());
    const u64 free = slots.free();
    for (int i = 0; i < 100; ++i) {
        const auto endpoint = objects.make<Endpoint>();
        ASSERT_EQ(endpoint.error().error, Error::InvalidArgument);
    }
    EXPECT_EQ(slots.free(), free);
}

TEST_F(Objects, NeedSlots) {
    SlotAllocator slots{{kernel_.boot_info().empty.begin, kernel_.boot_info().empty.begin + 1}};
    ObjectAllocator objects{kernel_.boot_info(), slots};
    ASSERT_TRUE(objects.make<Frame>()) << "there is an untyped of that size";
    EXPECT_FALSE(objects.make<Frame>());
    EXPECT_EQ(kernel_.bytes_in_use(), 4096U);
}

TEST_F(Objects, LoseNoMemoryForWantOfSlots) {
    const u64 begin = kernel_.boot_info().empty.begin;
    SlotAllocator slots{{begin, begin + 3}}; // one for an object, two for halves
    ObjectAllocator objects{kernel_.boot_info(), slots};
    const auto frame = objects.make<Frame>();
    ASSERT_TRUE(frame);
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(objects.make<Endpoint>()) << "16 bytes are many halves away";
    EXPECT_EQ(slots.free(), 2U);
    EXPECT_TRUE(objects.destroy(*frame));
    EXPECT_TRUE(objects.take(14)) << "still in one piece";
}

TEST_F(Objects, CannotBeLargerThanAllMemory) {
    SlotAllocator slots{kernel_.boot_info().empty};
    ObjectAllocator objects{kernel_.boot_info(), slots};
    EXPECT_FALSE(objects.take(47));
    EXPECT_FALSE(objects.take(1000));
    EXPECT_FALSE(objects.take(15)) << "the device is not memory";
}

} // namespace
