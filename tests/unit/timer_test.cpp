// Time: the timer, ticks made of its alarms, and the cycle counter beside it.
#include "arch/sysreg.hpp"
#include "base/histogram.hpp"
#include "base/random.hpp"
#include "boot/command_line.hpp"
#include "dev/cycle_clock.hpp"
#include "dev/ticker.hpp"
#include "dev/timer.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace k {
namespace {

constexpr u64 megahertz = 62'500'000;
constexpr u64 cycles_in_a_count = 16;

/// A core whose instructions take `step` cycles each.
class Core final : public arch::FakeRegisters {
  public:
    Core() { arch::fake_registers = this; }
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;
    ~Core() override { arch::fake_registers = nullptr; }

    u64 read(std::string_view name) override {
        cycles += step;
        if (name == "cntfrq_el0") return megahertz;
        if (name == "cntvct_el0") return cycles / cycles_in_a_count;
        if (name == "pmccntr_el0") return counting() ? cycles : 0;
        return registers[std::string{name}];
    }

    void write(std::string_view name, u64 value) override {
        cycles += step;
        registers[std::string{name}] = value;
        if (name == "cntv_ctl_el0" && value == 1) alarms.push_back(registers["cntv_cval_el0"]);
    }

    void set_count(u64 count) { cycles = count * cycles_in_a_count; }

    [[nodiscard]] bool counting() {
        return (registers["pmcr_el0"] & 1) != 0 && (registers["pmcntenset_el0"] & 1u << 31) != 0;
    }

    u64 cycles = 1000;
    u64 step = 0;
    std::map<std::string, u64> registers;
    std::vector<u64> alarms; ///< as they were when the timer was switched on
};

TEST(Timer, SetsTheAlarmBeforeItSwitchesItOn) {
    Core core;
    core.registers["cntv_cval_el0"] = 1; // long ago: it would ring at once
    dev::timer::set_alarm(5000);
    EXPECT_EQ(core.alarms, std::vector<u64>{5000});
    EXPECT_EQ(dev::timer::alarm(), 5000u);
    dev::timer::cancel_alarm();
    EXPECT_EQ(core.registers["cntv_ctl_el0"], 0u);
}

TEST(Timer, TellsMicrosecondsForCenturies) {
    const Core core;
    EXPECT_EQ(dev::timer::microseconds(0), 0u);
    EXPECT_EQ(dev::timer::microseconds(62), 0u);
    EXPECT_EQ(dev::timer::microseconds(63), 1u);
    EXPECT_EQ(dev::timer::microseconds(megahertz + megahertz / 2), 1'500'000u);
    constexpr u64 year = megahertz * 365 * 24 * 3600;
    EXPECT_EQ(dev::timer::microseconds(100 * year), u64{100} * 365 * 24 * 3600 * 1'000'000);
}

TEST(Ticker, KeepsItsPaceHoweverLateItIsServed) {
    Core core;
    core.set_count(100);
    dev::Ticker ticker;
    ticker.start(1000);
    for (const u64 served_at : {1100u, 2107u, 3999u}) {
        core.set_count(served_at);
        ticker.ring();
    }
    EXPECT_EQ(core.alarms, (std::vector<u64>{1100, 2100, 3100, 4100}));
    EXPECT_EQ(ticker.count(), 3u);
}

TEST(Ticker, LosesNoTickThatIsPastAlready) {
    Core core;
    core.set_count(0);
    dev::Ticker ticker;
    ticker.start(1000);
    core.set_count(3500); // nobody could come while three ticks were due
    while (core.alarms.back() <= 3500)
        ticker.ring();
    EXPECT_EQ(ticker.count(), 3u);
    EXPECT_EQ(core.alarms.back(), 4000u);
}

TEST(Ticker, LeavesNoAlarmBehind) {
    Core core;
    dev::Ticker ticker;
    ticker.start(1000);
    ticker.stop();
    EXPECT_EQ(core.registers["cntv_ctl_el0"], 0u);
}

std::vector<u64> alarms_with_jitter(u64 seed) {
    Core core;
    core.set_count(0);
    dev::Ticker ticker;
    ticker.set_jitter(seed);
    ticker.start(1000);
    for (int i = 0; i < 100; ++i)
        ticker.ring();
    return core.alarms;
}

TEST(Ticker, JittersWithinHalfAPeriodAndNeverDrifts) {
    const auto alarms = alarms_with_jitter(7);
    ASSERT_EQ(alarms.size(), 101u);
    u64 most = 0;
    for (usize i = 0; i < alarms.size(); ++i) {
        const u64 due = u64{i + 1} * 1000;
        ASSERT_GE(alarms[i], due);
        most = std::max(most, alarms[i] - due);
    }
    EXPECT_LT(most, 500u);
    EXPECT_GT(most, 400u) << "a hundred draws should come close to the limit";
}

TEST(Ticker, JittersTheSameForTheSameSeed) {
    EXPECT_EQ(alarms_with_jitter(7), alarms_with_jitter(7));
    EXPECT_NE(alarms_with_jitter(7), alarms_with_jitter(8));
}

TEST(CycleClock, TellsWhenTheTimerCameToACount) {
    for (u64 phase = 0; phase < 2 * cycles_in_a_count; ++phase) {
        Core core;
        core.step = 3;
        core.cycles += phase;
        dev::CycleClock clock;
        clock.start();
        const u64 count = dev::timer::now() + 1000;
        const u64 truth = count * cycles_in_a_count;
        EXPECT_GE(clock.at(count), truth);
        EXPECT_LE(clock.at(count), truth + 2 * core.step) << "two reads late, if at all";
    }
}

TEST(CycleClock, IsThereOnlyWhereTheCoreSaysSo) {
    Core core;
    for (const u64 version : {1u, 4u, 0u, 15u}) {
        core.registers["id_aa64dfr0_el1"] = 0xff << 12 | version << 8 | 6;
        EXPECT_EQ(dev::CycleClock::available(), version != 0 && version != 15) << version;
    }
}

TEST(Ticker, TakesTheShortestPeriodThereIs) {
    Core core;
    core.set_count(100);
    dev::Ticker ticker;
    ticker.set_jitter(7);
    ticker.start(1);
    EXPECT_EQ(core.alarms, std::vector<u64>{101});
    EXPECT_DEATH(ticker.start(0), "assertion failed: period > 0");
}

TEST(Random, IsTheGeneratorThatItSaysItIs) {
    Random random{1234567}; // values of the published reference implementation
    EXPECT_EQ(random.next(), 6457827717110365317u);
    EXPECT_EQ(random.next(), 3203168211198807973u);
    EXPECT_EQ(random.next(), 9817491932198370423u);
}

TEST(Random, StaysBelowItsLimit) {
    Random random{0};
    std::map<u64, int> seen;
    for (int i = 0; i < 1000; ++i)
        ++seen[random.below(10)];
    EXPECT_EQ(seen.size(), 10u);
    EXPECT_EQ(seen.rbegin()->first, 9u);
}

TEST(Histogram, PutsNumbersIntoTheFirstRowThatReachesFarEnough) {
    Histogram histogram;
    for (const u64 number : {0u, 256u, 257u, 512u, 513u})
        histogram.add(number);
    histogram.add(~u64{0});
    EXPECT_EQ(histogram.count(0), 2u);
    EXPECT_EQ(histogram.count(1), 2u);
    EXPECT_EQ(histogram.count(2), 1u);
    EXPECT_EQ(histogram.count(Histogram::rows - 1), 1u);
    EXPECT_EQ(histogram.total(), 6u);
}

TEST(CommandLine, FindsTheNumberOfAnOption) {
    EXPECT_EQ(number_option("jitter=7", "jitter="), 7u);
    EXPECT_EQ(number_option("a=1 jitter=0  b", "jitter="), 0u);
    EXPECT_EQ(number_option("x jitter=18446744073709551615", "jitter="), ~u64{0});
}

TEST(CommandLine, FindsNothingElse) {
    for (const char* const line : {"", " ", "jitter", "jitter=", "jitter=x", "jitter=7x",
                                   "ajitter=7", "jitter=-1", "jitter=18446744073709551616"})
        EXPECT_EQ(number_option(line, "jitter="), std::nullopt) << line;
}

} // namespace
} // namespace k
