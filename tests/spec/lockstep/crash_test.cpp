/// \file
/// A kernel that takes its process with it, or never comes back, is found and shrunk like one that
/// gives a wrong answer.
#include "arch/cpu.hpp"
#include "confined.hpp"
#include "preparations.hpp"
#include "shrink.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <ctime>
#include <random>
#include <stdexcept>
#include <string_view>
#include <unistd.h>

namespace spec {
namespace {

using namespace std::chrono_literals;

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

/// An interrupt controller that ends everything when it is asked.
bool break_down() {
    std::raise(SIGKILL);
    return false;
}

/// One that never answers.
bool keep_silent() {
    volatile bool answered = false;
    while (!answered) {
    }
    return true;
}

TEST(Confined, SaysWhatItReturns) {
    std::string much(100'000, 'x');
    const Ended ended = confined([&] { return much; }, 1s);
    EXPECT_TRUE(ended.well);
    EXPECT_EQ(ended.text, much);
    EXPECT_TRUE(confined([] { return ""; }, 1s).well) << "nothing is an answer, too";
}

TEST(Confined, SaysHowItEndsElse) {
    const auto end = [](bool (*how)()) {
        return confined([&] { return std::to_string(how()); }, 50ms);
    };
    EXPECT_FALSE(end(break_down).well);
    EXPECT_EQ(end(break_down).text, "signal 9: Killed\n");
    EXPECT_EQ(end(keep_silent).text, "no end after 50 ms of processor time\n");
    EXPECT_EQ(end([]() -> bool { _exit(3); }).text, "exit status 3\n");
    EXPECT_EQ(end([]() -> bool { throw std::runtime_error{"no"}; }).text, "exception: no\n");
}

TEST(Confined, MayTakeLongWhenItShowsThatItGoesOn) {
    const auto task = [] {
        for (const std::clock_t begin = std::clock(); std::clock() - begin < CLOCKS_PER_SEC / 4;) {
            restart_clock();
        }
        return "done";
    };
    EXPECT_EQ(confined(task, 100ms).text, "done");
}

TEST(Transcript, HasTheLinesThatSayWhatIsWrong) {
    const Transcript transcript;
    confined(
        [] {
            dprintf(STDERR_FILENO, "one\na.cpp:1:2: runtime error: two\n    #0 three\n");
            dprintf(STDERR_FILENO, "ERROR: four\nSUMMARY: five\n");
            return "";
        },
        1s);
    EXPECT_EQ(transcript.complaint(), "a.cpp:1:2: runtime error: two\nSUMMARY: five\n");
}

Acts random_program(unsigned seed) {
    std::minstd_rand random{seed};
    Acts acts(Journal::capacity);
    for (Act& act : acts) {
        for (auto& number : act.numbers)
            number = static_cast<std::uint16_t>(random() >> 8);
    }
    return acts;
}

/// A machine that can be given an interrupt controller with which no kernel can live: one that is
/// fatal for calls that look for interrupts.
class Crash : public testing::Test {
  protected:
    Crash() { pair_.prepare(); } // with one that works

    /// Plays one program after another, to the first that goes wrong.
    Played play_programs() {
        Played played;
        for (unsigned seed = 1; seed < 50 && played.wrong.empty(); ++seed) {
            acts_ = random_program(seed);
            played = play_apart(pair_, acts_);
        }
        return played;
    }

    Tally tally_;
    Pair pair_{tally_};
    Acts acts_;
};

TEST_F(Crash, IsFoundAndShrunk) {
    k::arch::fake_interrupt = break_down;
    const Played played = play_programs();
    EXPECT_EQ(played.wrong, "the kernel does not come back: signal 9: Killed\n");
    const std::string report = smallest_failure(pair_, acts_);
    EXPECT_EQ(report.find(played.wrong + "As a test:\n"), 0U) << report;
    EXPECT_EQ(count(report, "    svc("), preparations().size() + 1) << report;
    EXPECT_EQ(count(report, "    send("), preparations().size() + 1) << report;
}

TEST_F(Crash, IsNotWaitedForForEver) {
    k::arch::fake_interrupt = keep_silent;
    const Played played = play_programs();
    EXPECT_EQ(played.wrong,
              "the kernel does not come back: no end after 250 ms of processor time\n");
    EXPECT_LT(played.acts, acts_.size());
}

TEST_F(Crash, ThatDoesNotComeAgainIsToldWhole) {
    acts_ = {Act{}, Act{}};
    EXPECT_EQ(smallest_failure(pair_, acts_),
              "this goes well when it is played by itself\n" + pair_.foretell(acts_).report());
}

} // namespace
} // namespace spec
