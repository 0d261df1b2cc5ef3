#include "dev/psci.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace k {
namespace {

/// Firmware that turns the machine off, for the function and conduit that it expects.
template <arch::Conduit expected>
void power_off(arch::FirmwareCall call) {
    const bool understood = call.conduit == expected && call.function == 0x8400'0008;
    std::_Exit(understood ? 0 : 1);
}

void turn_off(arch::Conduit conduit, void (*firmware)(arch::FirmwareCall)) {
    arch::fake_firmware = firmware;
    dev::Psci{conduit}.system_off();
}

TEST(PsciDeathTest, SystemOffGoesThroughTheConduit) {
    using enum arch::Conduit;
    EXPECT_EXIT(turn_off(Hvc, power_off<Hvc>), testing::ExitedWithCode(0), "");
    EXPECT_EXIT(turn_off(Smc, power_off<Smc>), testing::ExitedWithCode(0), "");
}

TEST(PsciDeathTest, StopsTheCoreWhereFirmwareDoesNotAnswer) {
    EXPECT_DEATH(dev::Psci{arch::Conduit::Hvc}.system_off(), "halted");
}

} // namespace
} // namespace k
