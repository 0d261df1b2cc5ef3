/// \file
/// SEMANTICS 5: Retype.
#include "rig.hpp"

namespace spec {
namespace {

class Retype : public Rig {
  protected:
    static constexpr Word a = free_slot;

    Answer raw(const Words& words, const Words& cptrs = {boot_slot::cnode}) {
        return invoke(untyped, Method::UntypedRetype, words, cptrs);
    }
    Word watermark(Word index) const { return get<UntypedCap>(index).watermark; }
};

TEST_F(Retype, ChecksInOrder) {
    EXPECT_EQ(invoke(untyped, Method::CNodeCopy), refused(IllegalOperation));
    EXPECT_EQ(raw({99, 99, 0, 0, 0}), refused(TruncatedMessage));
    EXPECT_EQ(raw({99, 99, 0, 0, 0, 0}, {}), refused(TruncatedMessage));
    EXPECT_EQ(raw({10, 64, 0, 0, 0, 0}), refused(InvalidArgument, {0}));
    EXPECT_EQ(raw({Ep, 64, 0, 0, 0, 0}), refused(RangeError, {0, 47}));
    EXPECT_EQ(raw({CapTable, 43, 0, 0, 0, 0}), refused(RangeError, {0, 47}));
    EXPECT_EQ(raw({Untyped, 48, 0, 0, 0, 0}), refused(RangeError, {0, 47}));
    EXPECT_EQ(raw({CapTable, 0, 0, 65, 0, 0}), refused(InvalidArgument, {1}));
    EXPECT_EQ(raw({Untyped, 3, 0, 65, 0, 0}), refused(InvalidArgument, {1}));
    EXPECT_EQ(raw({Ep, 0, 0, 65, 999, 0}), refused(RangeError, {1, 64}));
    EXPECT_EQ(raw({Ep, 0, untyped, 64, 999, 0}),
              failure(failed_lookup(false, {MissingCapability, {64}})));
    EXPECT_EQ(raw({Ep, 0, 0, 0, 256, 0}), refused(RangeError, {0, 255}));
    EXPECT_EQ(raw({Ep, 0, 0, 0, 255, 0}), refused(RangeError, {1, 256}));
    EXPECT_EQ(raw({Ep, 0, 0, 0, 255, 257}), refused(RangeError, {1, 256}));
    EXPECT_EQ(raw({Ep, 0, 0, 0, 255, 2}), refused(RangeError, {1, 1}));
    EXPECT_EQ(raw({Untyped, 30, 0, 0, boot_slot::thread, 1}), refused(DeleteFirst));
    EXPECT_EQ(raw({Untyped, 21, 0, 0, a, 1}), refused(NotEnoughMemory, {1 << 20}));
    EXPECT_EQ(retype(Untyped, 17, a, 1, device_untyped), refused(NotEnoughMemory, {1 << 16}));
    EXPECT_EQ(retype(Ep, 0, a, 1, device_untyped), refused(InvalidArgument, {1}));
}

TEST_F(Retype, RootThatIsNoCNodeIsToldByDepth) {
    EXPECT_EQ(raw({Ep, 0, 0, 0, a, 1}, {untyped}),
              failure(failed_lookup(false, {MissingCapability, {0}})));
    EXPECT_EQ(raw({Ep, 0, 0, 8, a, 1}, {untyped}), failure(failed_lookup(false, {InvalidRoot})));
}

TEST_F(Retype, DepthZeroMeansTheRootElseTheSlotThatHoldsTheCNode) {
    ASSERT_EQ(raw({CapTable, 2, 999, 0, a, 1}), done());
    ASSERT_EQ(raw({Ep, 0, a, 64, 3, 1}), done());
    EXPECT_TRUE(occupied(world, {get<CNodeCap>(a).cnode, 3}));
}

TEST_F(Retype, ObjectsLieConsecutivelyAndAligned) {
    ASSERT_EQ(retype(Ep, 0, a, 3), done());
    EXPECT_EQ(get<EndpointCap>(a + 2).endpoint.address, ram + 32);
    EXPECT_EQ(watermark(untyped), 48);
    ASSERT_EQ(retype(Small, 0, a + 3), done());
    EXPECT_EQ(get<FrameCap>(a + 3).address, ram + 0x1000);
    EXPECT_EQ(watermark(untyped), 0x2000);
}

TEST_F(Retype, RoomIsCountedBeforeAlignment) {
    ASSERT_EQ(retype(Untyped, 4, a), done());
    EXPECT_EQ(retype(Untyped, 20, a + 1), refused(NotEnoughMemory, {(1 << 20) - 16}));
    EXPECT_EQ(retype(Untyped, 19, a + 1), done());
    EXPECT_EQ(get<UntypedCap>(a + 1).address, ram + (1 << 19));
    EXPECT_EQ(retype(Ep, 0, a + 2), refused(NotEnoughMemory, {0}));
}

TEST_F(Retype, SizesOfObjects) {
    const auto used = [this](Word type, Word bits) {
        world = boot(machine());
        EXPECT_EQ(retype(type, bits, a), done());
        return watermark(untyped);
    };
    EXPECT_EQ(used(Tcb, 0), 2048);
    EXPECT_EQ(used(Ep, 0), 16);
    EXPECT_EQ(used(Ntfn, 0), 32);
    EXPECT_EQ(used(CapTable, 3), 256);
    EXPECT_EQ(used(VRoot, 0), 4096);
    EXPECT_EQ(used(Small, 0), 4096);
    EXPECT_EQ(used(Table, 63), 4096); // the size only has to be in range
    EXPECT_EQ(used(Untyped, 6), 64);
}

TEST_F(Retype, SingleDeletionsFreeNothingAndTheLastFreesAll) {
    ASSERT_EQ(retype(Ep, 0, a, 2), done());
    ASSERT_EQ(remove(a), done());
    EXPECT_EQ(watermark(untyped), 32);
    ASSERT_EQ(remove(a + 1), done());
    EXPECT_EQ(watermark(untyped), 0);
}

TEST_F(Retype, MemoryGoneThroughTheUntypedIsZero) {
    ASSERT_EQ(retype(Small, 0, a), done());
    world.memory[ram + 8] = 7;
    ASSERT_EQ(remove(a), done());
    ASSERT_EQ(retype(Small, 0, a), done());
    EXPECT_FALSE(world.memory.contains(ram + 8));
}

TEST_F(Retype, CopiedUntypedGetsTheRoom) {
    ASSERT_EQ(copy(a, untyped), done());
    EXPECT_EQ(retype(Ep, 0, a + 1), refused(NotEnoughMemory, {0}));
    ASSERT_EQ(retype(Ep, 0, a + 1, 1, a), done());
    EXPECT_EQ(copy(a + 2, a), refused(RevokeFirst));
    ASSERT_EQ(remove(a), done());
    EXPECT_EQ(parent(a + 1), slot(untyped));
    EXPECT_EQ(retype(Ep, 0, a + 2), refused(NotEnoughMemory, {0}));
    ASSERT_EQ(remove(a + 1), done());
    EXPECT_EQ(retype(Ep, 0, a + 2), done());
}

TEST_F(Retype, NewObjectsAreAsTheTextSays) {
    ASSERT_EQ(retype(Tcb, 0, a), done());
    const Thread& made = thread(get<ThreadCap>(a).thread);
    EXPECT_EQ(made, Thread{});
    EXPECT_EQ(made.registers[reg::spsr], user_spsr);
    EXPECT_EQ(made.ticks, 5);
    ASSERT_EQ(retype(Ep, 0, a + 1), done());
    EXPECT_EQ(get<EndpointCap>(a + 1).rights, Rights{});
    EXPECT_EQ(get<EndpointCap>(a + 1).badge, 0);
    ASSERT_EQ(retype(CapTable, 3, a + 2), done());
    EXPECT_EQ(get<CNodeCap>(a + 2).guard_bits, 0);
    ASSERT_EQ(retype(Small, 0, a + 3), done());
    EXPECT_EQ(get<FrameCap>(a + 3).access, Access::ReadWrite);
}

TEST_F(Retype, DeviceMemoryMakesDeviceFrames) {
    ASSERT_EQ(retype(Small, 0, a, 1, device_untyped), done());
    EXPECT_TRUE(get<FrameCap>(a).device);
    ASSERT_EQ(retype(Untyped, 12, a + 1, 1, device_untyped), done());
    EXPECT_EQ(retype(Ep, 0, a + 2, 1, a + 1), refused(InvalidArgument, {1}));
}

TEST_F(Retype, WithoutABufferSixWordsAreTooMany) {
    thread(root).buffer_address = 0;
    EXPECT_EQ(raw({Ep, 0, 0, 0, a, 1}), refused(TruncatedMessage));
}

} // namespace
} // namespace spec
