#include "step.hpp"
#include "thread.hpp"

namespace spec {

namespace {

void note_registers(const World& before, const World& after, Outcome& outcome) {
    for (const auto& [name, thread] : after.threads) {
        const auto old = before.threads.find(name);
        for (unsigned i = 0; i < reg::count; ++i) {
            const bool kept = old != before.threads.end() &&
                              old->second.registers.at(i) == thread.registers.at(i);
            if (!kept) outcome.registers[name][i] = thread.registers.at(i);
        }
    }
}

void note_memory(const World& before, const World& after, Outcome& outcome) {
    for (const auto& [address, value] : after.memory) {
        if (read_word(before, address, 0) != value) outcome.memory[address] = value;
    }
    for (const auto& [address, value] : before.memory) {
        if (!after.memory.contains(address)) outcome.memory[address] = 0;
    }
}

} // namespace

Step step(const World& world, const Event& event) {
    Step result{world, {}};
    result.outcome = apply(result.world, event);
    World before = world;
    if (const auto* call = std::get_if<Call>(&event)) enter(before, *call);
    note_registers(before, result.world, result.outcome);
    note_memory(before, result.world, result.outcome);
    return result;
}

} // namespace spec
