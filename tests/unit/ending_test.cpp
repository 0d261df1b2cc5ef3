// How a run ends.
#include "arch/mmio.hpp"
#include "state/ending.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace k {
namespace {

/// A port that is still sending its last characters when the kernel wants to end.
class SendingPort final : public arch::FakeDevice {
  public:
    SendingPort() { arch::fake_device = this; }
    SendingPort(const SendingPort&) = delete;
    SendingPort& operator=(const SendingPort&) = delete;
    ~SendingPort() override { arch::fake_device = nullptr; }

    u32 read(uptr) override {
        constexpr u32 busy = 1u << 3;
        return unsent-- > 0 ? busy : 0;
    }

    void write(uptr, u32) override { FAIL() << "nothing is written while the kernel ends"; }

    int unsent = 3;
};

constexpr int all_sent = 3;
constexpr int cut_short = 4;

/// The kernel, on a machine that tells by its exit status when it was turned off.
class EndingDeathTest : public testing::Test {
  protected:
    void SetUp() override {
        arch::fake_firmware = [](arch::FirmwareCall) {
            const auto& port = static_cast<const SendingPort&>(*arch::fake_device);
            std::_Exit(port.unsent < 0 ? all_sent : cut_short);
        };
    }
    void TearDown() override {
        arch::fake_firmware = [](arch::FirmwareCall) {};
    }

    SendingPort port_;
    KernelState state_{.console = dev::Pl011{0}, .firmware = dev::Psci{arch::Conduit::Hvc}};
};

TEST_F(EndingDeathTest, AFirstPanicGoesOn) {
    begin_panic(state_);
    EXPECT_EQ(state_.panics, 1u);
}

TEST_F(EndingDeathTest, APanicInAPanicSaysSoAndTurnsTheMachineOff) {
    state_.panics = 1;
    EXPECT_EXIT(begin_panic(state_), testing::ExitedWithCode(all_sent),
                "^\nPANIC: while panicking\n$");
}

TEST_F(EndingDeathTest, AThirdPanicLeavesTheConsoleAlone) {
    state_.panics = 2;
    EXPECT_EXIT(begin_panic(state_), testing::ExitedWithCode(cut_short), "^$");
}

TEST_F(EndingDeathTest, AfterThatTheCoreStops) {
    state_.panics = 3;
    EXPECT_DEATH(begin_panic(state_), "^halted\n$");
}

TEST_F(EndingDeathTest, WithoutAConsolePowerGoesOffAtOnce) {
    state_.console.reset();
    EXPECT_EXIT(power_off(state_), testing::ExitedWithCode(cut_short), "^$");
}

TEST_F(EndingDeathTest, PowerGoesOffWhenTheLastCharacterIsOut) {
    EXPECT_EXIT(power_off(state_), testing::ExitedWithCode(all_sent), "^$");
}

} // namespace
} // namespace k
