/// \file
/// The same random events to the real kernel and to the model: every register, every word of user
/// memory and everything in every slot and object must agree after each.
///
/// RC_PARAMS says how many programs (max_success), each of program_length events, and which (seed).
/// SPEC_REPORT=1 prints how often what has happened.
#include "confined.hpp"
#include "methods.hpp"
#include "shrink.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <rapidcheck.h>

namespace spec {

/// RapidCheck shows a program that fails; the one that is told in words is shorter.
// NOLINTNEXTLINE(readability-identifier-naming): so RapidCheck calls it
static void showValue(const Acts& acts, std::ostream& out) {
    out << acts.size() << " acts";
}

namespace {

using namespace std::chrono_literals;

constexpr std::size_t program_length = Journal::capacity;

/// After so many events everything must have happened; fewer need not meet all of it.
constexpr std::size_t enough = 100'000;

Act random_act(rc::Random& random) {
    Act act;
    for (std::size_t i = 0; i < act.numbers.size(); i += 4) {
        const std::uint64_t four = random.next();
        for (std::size_t j = 0; j < 4; ++j) {
            act.numbers.at(i + j) = static_cast<std::uint16_t>(four >> 16 * j);
        }
    }
    return act;
}

/// Programs that are all of one length. What RapidCheck would do to shrink them, we do better: we
/// know where one went wrong.
rc::Gen<Acts> programs() {
    return rc::Gen<Acts>([](const rc::Random& random, int /*size*/) {
        rc::Random source = random;
        Acts acts(program_length);
        std::ranges::generate(acts, [&source] { return random_act(source); });
        return rc::shrinkable::just(std::move(acts));
    });
}

/// Plays a program; when nothing can happen any more, the rest of it in a new world.
/// \return whether all has gone well
bool goes_well(Pair& pair, Journal& journal, const Acts& program) {
    std::span<const Act> rest = program;
    while (!rest.empty()) {
        const Played played = play(pair, rest, journal);
        if (!played.wrong.empty()) return false;
        rest = rest.subspan(played.acts);
    }
    return true;
}

/// What has never happened, though in so many events it should: a line each.
std::string missing(const Tally& tally) {
    if (tally.events() < enough) return "";
    std::string lines;
    const auto expect = [&lines](bool seen, const std::string& what) {
        if (!seen) lines += "never seen: " + what + "\n";
    };
    for (const Method method : methods_chosen()) {
        expect(tally.succeeded(method), name_of(method) + " succeeds");
    }
    for (Word error = Word(InvalidArgument); error <= Word(NotEnoughMemory); ++error) {
        expect(tally.failed_with(Error(error)), "error " + std::to_string(error));
    }
    for (const std::string& situation : situations()) {
        expect(tally.has(situation), situation);
    }
    return lines;
}

/// Plays all programs, or until one goes wrong, which the journal then has.
/// \return what has been missing
std::string play_programs(Journal& journal) {
    Tally tally;
    Pair pair{tally};
    const bool agree = rc::check("kernel and model agree", [&] {
        if (!goes_well(pair, journal, *programs())) RC_FAIL("they do not");
    });
    if (!agree) return "";
    const bool in_full = std::getenv("SPEC_REPORT") != nullptr; // NOLINT(concurrency-mt-unsafe)
    std::cout << (in_full ? tally.report() : std::to_string(tally.events()) + " events\n");
    return missing(tally);
}

/// In what program that goes wrong, and how it does.
std::string failure_in(const Journal& journal) {
    Tally tally;
    Pair pair{tally};
    return "after " + std::to_string(journal.events()) + " events\n" +
           smallest_failure(pair, journal.begun());
}

/// The kernel may take the process along in which it runs: this one it cannot reach.
TEST(Lockstep, KernelAndModelAgree) {
    Journal journal;
    const Ended run = confined([&] { return play_programs(journal); }, 2s);
    RecordProperty("events", static_cast<int>(journal.events()));
    if (journal.is_open()) FAIL() << failure_in(journal);
    EXPECT_EQ(run.text, "");
}

} // namespace
} // namespace spec
