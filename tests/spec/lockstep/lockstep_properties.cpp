/// \file
/// The same random events to the real kernel and to the model: every register, every word of user
/// memory and everything in every slot and object must agree after each.
///
/// RC_PARAMS says how many programs (max_success), each of program_length events, and which (seed).
/// SPEC_REPORT=1 prints how often what has happened.
#include "shrink.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <rapidcheck.h>

namespace spec {

/// RapidCheck shows a program that fails; the one that is told in words is shorter.
static void showValue(const Acts& acts,
                      std::ostream& out) { // NOLINT(readability-identifier-naming)
    out << acts.size() << " acts";
}

namespace {

constexpr std::size_t program_length = 500;

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
/// \return what has gone wrong, and how to see it again; empty if nothing has.
std::string failure_in(Pair& pair, const Tally& tally, const Acts& program) {
    std::span<const Act> rest = program;
    while (!rest.empty()) {
        const Played played = play(pair, rest);
        const auto life = rest.first(played.acts);
        if (!played.wrong.empty()) {
            const std::string when = "after " + std::to_string(tally.events()) + " events\n";
            return when + smallest_failure(pair, {life.begin(), life.end()});
        }
        rest = rest.subspan(played.acts);
    }
    return "";
}

TEST(Lockstep, KernelAndModelAgree) {
    Tally tally;
    Pair pair{tally};
    const bool agree = rc::check("kernel and model agree", [&] {
        const std::string wrong = failure_in(pair, tally, *programs());
        if (!wrong.empty()) RC_FAIL(wrong);
    });
    ASSERT_TRUE(agree);
    const bool in_full = std::getenv("SPEC_REPORT") != nullptr; // NOLINT(concurrency-mt-unsafe)
    std::cout << (in_full ? tally.report() : std::to_string(tally.events()) + " events\n");
    RecordProperty("events", static_cast<int>(tally.events()));
    if (tally.events() < enough) return;
    for (const Method method : methods_chosen()) {
        EXPECT_TRUE(tally.succeeded(method)) << name_of(method);
    }
    for (Word error = Word(InvalidArgument); error <= Word(NotEnoughMemory); ++error) {
        EXPECT_TRUE(tally.failed_with(Error(error))) << "error " << error;
    }
    for (const std::string& situation : situations()) {
        EXPECT_TRUE(tally.has(situation)) << situation;
    }
}

} // namespace
} // namespace spec
