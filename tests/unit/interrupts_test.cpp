// The conversation with the interrupt controller: acknowledge, handle, end.
#include "boot/interrupts.hpp"
#include "boot/platform.hpp"
#include "gic_model.hpp"

#include <gtest/gtest.h>

namespace k {
namespace {

using dev::GicVersion;
using test::GicModel;

constexpr u32 timer = 27;
constexpr u32 nobodys = 20;
constexpr u64 now = 1000;

/// A controller and a timer, of a core that has no cycle counter.
class Board final : public GicModel {
  public:
    using GicModel::GicModel;
    using GicModel::read;
    using GicModel::write;

    u64 read(std::string_view name) override {
        return name == "cntvct_el0" ? now : GicModel::read(name);
    }

    void write(std::string_view name, u64 value) override {
        if (!name.starts_with("cntv_")) return GicModel::write(name, value);
        if (name == "cntv_cval_el0" && value > now) lower(timer);
    }
};

class Interrupts : public testing::TestWithParam<GicVersion> {
  protected:
    void SetUp() override {
        kernel_state.image = {PhysAddr{0x4020'0000}, PhysAddr{0x4040'0000}}; // an invariant asks
        kernel_state.gic = board_.driver();
        kernel_state.timer_interrupt = timer;
        kernel_state.gic->start();
        kernel_state.gic->unmask(timer);
        kernel_state.gic->unmask(nobodys);
        kernel_state.ticks.start(100);
        kernel_state.objects.scheduler.start(thread_);
    }

    void TearDown() override { kernel_state = KernelState{.firmware = kernel_state.firmware}; }

    Board board_{GetParam()};
    Tcb thread_{};
};

INSTANTIATE_TEST_SUITE_P(Versions, Interrupts, testing::Values(GicVersion::V2, GicVersion::V3),
                         [](const auto& version) {
                             return version.param == GicVersion::V2 ? "V2" : "V3";
                         });

TEST_P(Interrupts, EndATickOnceItsAlarmIsSilent) {
    board_.raise(timer);
    handle_interrupt();
    EXPECT_EQ(kernel_state.ticks.count(), 1u);
    EXPECT_EQ(thread_.ticks_left, 4) << "it has found this one running";
    EXPECT_EQ(board_.active(), GicModel::spurious);
    EXPECT_TRUE(board_.ended_in_time());
}

TEST_P(Interrupts, EndAnUnexpectedOneOnceItIsMasked) {
    board_.raise(nobodys);
    handle_interrupt();
    EXPECT_EQ(kernel_state.unexpected_interrupts, 1u);
    EXPECT_FALSE(board_.enabled(nobodys));
    EXPECT_EQ(board_.active(), GicModel::spurious);
    EXPECT_TRUE(board_.ended_in_time());
}

TEST_P(Interrupts, EndNothingThatHasGone) {
    handle_interrupt(); // the model complains about an end that was never begun
    EXPECT_EQ(kernel_state.spurious_interrupts, 1u);
}

} // namespace
} // namespace k
