#include "arch/mmio.hpp"
#include "dev/pl011.hpp"

#include <gtest/gtest.h>

#include <string>

namespace k {
namespace {

constexpr uptr base = 0x0900'0000;
constexpr u32 busy = 1u << 3;
constexpr u32 fifo_full = 1u << 5;

/// A port with a FIFO of one character, which takes `slowness` reads of the flags to drain.
class SlowPort final : public arch::FakeDevice {
  public:
    SlowPort() { arch::fake_device = this; }
    SlowPort(const SlowPort&) = delete;
    SlowPort& operator=(const SlowPort&) = delete;
    ~SlowPort() override { arch::fake_device = nullptr; }

    u32 read(uptr address) override {
        EXPECT_EQ(address, base + 0x18) << "only the flag register is read";
        ++reads;
        if (pending == 0) return 0;
        --pending;
        return busy | fifo_full;
    }

    void write(uptr address, u32 value) override {
        EXPECT_EQ(address, base) << "only the data register is written";
        EXPECT_EQ(pending, 0u) << "a character was written into a full FIFO and is lost";
        sent.push_back(static_cast<char>(value));
        pending = slowness;
    }

    std::string sent;
    unsigned slowness = 3;
    unsigned pending = 0;
    unsigned reads = 0;
};

class Pl011 : public testing::Test {
  protected:
    SlowPort port_;
    dev::Pl011 uart_{base};
};

TEST_F(Pl011, WaitsForRoomBeforeEachCharacter) {
    uart_.write("slow");
    EXPECT_EQ(port_.sent, "slow");
}

TEST_F(Pl011, SendsCarriageReturnBeforeNewline) {
    uart_.write("a\nb\n");
    EXPECT_EQ(port_.sent, "a\r\nb\r\n");
}

TEST_F(Pl011, SendsNothingForNothing) {
    uart_.write({});
    EXPECT_EQ(port_.reads, 0u);
}

TEST_F(Pl011, SendsAllEightBits) {
    uart_.put('\xff');
    EXPECT_EQ(port_.sent, "\xff");
}

TEST_F(Pl011, FlushWaitsUntilTheLineIsIdle) {
    uart_.put('x');
    uart_.flush();
    EXPECT_EQ(port_.pending, 0u);
}

} // namespace
} // namespace k
