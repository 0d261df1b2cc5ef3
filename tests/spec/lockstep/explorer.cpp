#include "explorer.hpp"

#include "invariants.hpp"
#include "pair.hpp"
#include "print.hpp"
#include "thread.hpp"

#include <bit>
#include <string_view>

namespace spec {

namespace {

std::size_t hash(std::string_view bytes) {
    return std::hash<std::string_view>{}(bytes);
}

/// The state by its facts: two kernels whose memory amounts to the same get the same name.
std::size_t name_of(const World& world) {
    std::string facts;
    for (const auto& [subject, fact] : describe(world)) {
        facts += subject + ":" + fact + "\n";
    }
    return hash(facts);
}

} // namespace

Explorer::Explorer(SmallWorld world) : world_{std::move(world)} {
    for (const Call& call : world_.preparations) {
        machine_.happen(call);
        machine_.forget_messages();
    }
    keep(0, {}, 0);
}

std::string Explorer::explore(std::size_t most_states) {
    while (!open_.empty() && seen_.size() < most_states) {
        const State state = std::move(open_.front());
        open_.pop_front();
        machine_.restore(state.snapshot);
        const World before = machine_.abstraction();
        if (!before.scheduler.running) continue;
        for (const Call& call : world_.calls(before)) {
            std::string wrong = visit(state, before, call);
            if (!wrong.empty()) return wrong + program(state.name, call);
        }
    }
    return "";
}

/// Makes a call in a state, the kernel and the model.
std::string Explorer::visit(const State& state, const World& before, const Call& call) {
    machine_.restore(state.snapshot);
    World expected = before;
    const Ending ending = machine_.happen(call);
    ++calls_made_;
    if (ending == Ending::Panicked) return machine_.printed();
    apply(expected, call);
    std::string wrong = difference(expected, machine_.abstraction());
    if (wrong.empty()) wrong = violations(expected);
    if (!wrong.empty()) return wrong;
    machine_.forget_messages();
    keep(state.name, call, state.depth + 1);
    return "";
}

void Explorer::keep(Hash before, const Call& call, std::size_t depth) {
    HostMachine::Snapshot snapshot = machine_.snapshot();
    const auto& memory = snapshot.memory;
    const Hash raw =
        hash({std::bit_cast<const char*>(memory.data()), memory.size() * sizeof(Word)});
    if (!memories_.insert(raw).second) return;
    const World reached = machine_.abstraction();
    const Hash name = name_of(reached);
    if (!seen_.try_emplace(name, Origin{before, call}).second) return;
    depth_ = depth;
    open_.push_back({std::move(snapshot), name, depth});
}

std::string Explorer::program(Hash state, const Call& last) const {
    std::vector<Call> calls{last};
    for (auto at = seen_.find(state); at->second.before != 0; at = seen_.find(at->second.before)) {
        calls.push_back(at->second.call);
    }
    calls.insert(calls.end(), world_.preparations.rbegin(), world_.preparations.rend());
    Program program;
    for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
        program.add(*call, std::nullopt);
    }
    return program.as_test() + program.as_root_task();
}

} // namespace spec
