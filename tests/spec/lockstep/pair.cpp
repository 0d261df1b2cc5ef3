#include "pair.hpp"

#include "derivation.hpp"
#include "invariants.hpp"
#include "print.hpp"
#include "thread.hpp"

#include <algorithm>
#include <set>

namespace spec {

void Tally::add(const Event& event, const Outcome& outcome) {
    const auto* call = std::get_if<Call>(&event);
    if (call != nullptr && !outcome.refusal) ++successes_[Method(call->x[1] >> 12)];
}

Pair::Pair(Tally& tally) : tally_{tally} {}

namespace {

/// Preemption points between two interrupts during an act.
std::optional<unsigned> points(const Act& act) {
    const unsigned number = act.numbers.back();
    if (number % 3 != 0) return std::nullopt;
    return number / 3 % 4;
}

} // namespace

std::string Pair::play(const Act& act) {
    return play(choose(model_, act), points(act));
}

std::string Pair::play(const Event& event, std::optional<unsigned> points) {
    program_.add(event);
    const Ending ending = kernel_.happen(event, points);
    const Outcome outcome = apply(model_, event);
    tally_.add(event, outcome);
    return difference(ending);
}

namespace {

/// Of a thread that runs or is stopped one of the two pcs means nothing: there kernel and model may
/// differ.
void take_over_what_means_nothing(const World& model, World& real) {
    for (auto& [name, thread] : real.threads) {
        const auto expected = model.threads.find(name);
        if (expected == model.threads.end() || expected->second.state != thread.state) continue;
        if (std::holds_alternative<Runnable>(thread.state)) {
            thread.registers[reg::pc] = expected->second.registers[reg::pc];
        }
        if (std::holds_alternative<Inactive>(thread.state)) {
            thread.next_pc = expected->second.next_pc;
        }
    }
}

/// User memory in no frame is seen again only after it has been cleared.
void forget_what_nobody_holds(World& world, const World& real) {
    std::set<std::pair<Word, Word>> frames;
    for (const auto& [name, slot] : real.slots) {
        const auto* frame = std::get_if<FrameCap>(&slot.capability);
        if (frame != nullptr) frames.emplace(frame->address, frame->bits);
    }
    std::erase_if(world.memory, [&](const auto& word) {
        return std::ranges::none_of(frames, [&](const auto& frame) {
            return (word.first & ~low_bits(frame.second)) == frame.first;
        });
    });
}

} // namespace

std::string Pair::difference(Ending ending) {
    if (ending == Ending::Panicked) return kernel_.printed();
    World real = kernel_.abstraction();
    take_over_what_means_nothing(model_, real);
    forget_what_nobody_holds(model_, real);
    return real == model_ ? "" : "model → kernel:\n" + explain(model_, real);
}

std::string Pair::broken_invariants() const {
    return violations(model_);
}

bool Pair::alive() const {
    const auto& running = model_.scheduler.running;
    return running && is<CNodeCap>(capability_in(model_, slot_of(*running, ThreadSlot::CSpace)));
}

std::string Pair::program() const {
    return "As a test:\n" + program_.as_test() + "As a root task:\n" + program_.as_root_task();
}

} // namespace spec
