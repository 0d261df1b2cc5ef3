/// \file
/// Prints a random program as lock-step prints those that fail: `print_program
/// test|root-task|replies`.
///
/// Of all that the chooser has in mind, only calls of the first thread that give the same reply on
/// a booted machine: none on memory or on the thread itself, none that makes another thread run.
#include "chooser.hpp"
#include "derivation.hpp"
#include "pair.hpp"
#include "thread.hpp"

#include <algorithm>
#include <iostream>
#include <random>

namespace spec {
namespace {

constexpr std::size_t length = 120;

Act next_act(std::minstd_rand& random) {
    Act act;
    std::ranges::generate(act.numbers, [&] { return static_cast<std::uint16_t>(random() >> 8); });
    return act;
}

/// Sizes of the first CNode, and what a lookup finds in it, differ between the machines.
bool depends_on_machine(const Outcome& outcome) {
    return outcome.refusal &&
           (outcome.refusal->error == RangeError || outcome.refusal->error == FailedLookup);
}

/// Whether the first thread has kept what it needs to go on, its own slots and the CNode's; and has
/// put nothing into others where a booted machine has more.
bool keeps_its_spaces(const World& before, const World& after, Name thread) {
    const Capability root = capability_in(before, slot_of(thread, ThreadSlot::CSpace));
    const auto needed = [&](const SlotName& name) {
        return name.holder == thread ||
               (name.holder == std::get<CNodeCap>(root).cnode && name.index < place::untyped);
    };
    const auto agrees_with = [&](const World& other) {
        return [&](const auto& entry) {
            const auto& [name, slot] = entry;
            const auto found = other.slots.find(name);
            return !needed(name) ||
                   (found != other.slots.end() && found->second.capability == slot.capability);
        };
    };
    return std::ranges::all_of(before.slots, agrees_with(after)) &&
           std::ranges::all_of(after.slots, agrees_with(before));
}

bool fits(const World& before, const Event& event) {
    const auto* call = std::get_if<Call>(&event);
    const bool of_these = call != nullptr && Syscall(call->number) == Syscall::Call &&
                          Method(call->x[1] >> 12) <= Method::CNodeSaveCaller &&
                          (call->x[0] >= place::untyped || call->x[0] == place::root);
    if (!of_these) return false;
    World after = before;
    const Outcome outcome = apply(after, event);
    const Name caller = before.scheduler.running.value();
    return !depends_on_machine(outcome) && after.scheduler.running == caller &&
           after.scheduler.ready.empty() && keeps_its_spaces(before, after, caller);
}

/// \return what kernel and model do not agree about; empty if nothing
std::string play(Pair& pair) {
    std::minstd_rand random{1};
    std::string wrong;
    for (std::size_t made = 0; made < length && wrong.empty();) {
        const Event event = choose(pair.model(), next_act(random));
        if (!fits(pair.model(), event)) continue;
        wrong = pair.play(event);
        ++made;
    }
    return wrong;
}

} // namespace
} // namespace spec

int main(int count, char** words) {
    spec::Tally tally;
    spec::Pair pair{tally};
    const std::string wrong = spec::play(pair);
    const std::string_view what = count == 2 ? words[1] : "";
    if (what == "test") std::cout << pair.program().as_test();
    if (what == "root-task") std::cout << pair.program().as_root_task();
    if (what == "replies") std::cout << pair.program().replies();
    std::cout << wrong;
    return wrong.empty() ? 0 : 1;
}
