/// \file
/// The same random events to the real kernel and to the model: every register, every word of user
/// memory and everything in every slot and object must agree after each.
#include "pair.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <rapidcheck.h>

namespace spec {

static void showValue(const Act& act, std::ostream& out) { // NOLINT(readability-identifier-naming)
    for (const unsigned number : act.numbers) {
        out << number << ' ';
    }
}

namespace {

rc::Gen<Act> acts() {
    return rc::gen::map(rc::gen::container<std::array<std::uint16_t, 16>>(
                            rc::gen::inRange<std::uint16_t>(0, 24 * 64)),
                        [](const std::array<std::uint16_t, 16>& numbers) { return Act{numbers}; });
}

/// What must have been seen in a kernel of this chapter, or the programs are no good.
std::vector<std::string> sights_expected() {
    std::vector<std::string> sights{"runnable", "inactive"};
    const auto add = [&](int since, std::initializer_list<const char*> more) {
        if (chapter >= since) sights.insert(sights.end(), more.begin(), more.end());
    };
    add(14, {"sending", "receiving", "awaiting a reply", "saved", "transferred", "unwrapped"});
    add(15, {"waiting", "bound"});
    add(16, {"fault"});
    return sights;
}

TEST(Lockstep, KernelAndModelAgree) {
    Tally tally;
    const bool agree = rc::check("kernel and model agree", [&tally] {
        const auto program = *rc::gen::container<std::vector<Act>>(acts());
        Pair pair{tally};
        pair.prepare();
        for (const Act& act : program) {
            if (!pair.alive()) break;
            const std::string difference = pair.play(act);
            if (!difference.empty()) RC_FAIL(difference + pair.program());
        }
        const std::string broken = pair.broken_invariants();
        if (!broken.empty()) RC_FAIL(broken + pair.program());
    });
    ASSERT_TRUE(agree);
    std::cout << tally.events() << " events\n";
    RecordProperty("events", static_cast<int>(tally.events()));
    for (const Method method : methods_chosen()) {
        EXPECT_TRUE(tally.has(method)) << "method " << static_cast<Word>(method);
    }
    for (const std::string& sight : sights_expected()) {
        EXPECT_TRUE(tally.has(sight)) << sight;
    }
}

} // namespace
} // namespace spec
