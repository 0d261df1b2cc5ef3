#include "explorer.hpp"

#include "invariants.hpp"
#include "pair.hpp"
#include "print.hpp"
#include "thread.hpp"

#include <algorithm>
#include <bit>
#include <set>
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
        facts.append(subject).append(":").append(fact).append("\n");
    }
    return hash(facts);
}

/// Whether each thread is where it can be found again: it runs, is ready, or is in the queue of
/// what it waits for. (Who awaits a reply, or is inactive, is in none.)
bool no_thread_is_lost(const World& world) {
    std::multiset<Name> found;
    const auto take = [&found](const std::deque<Name>& queue) {
        found.insert(queue.begin(), queue.end());
    };
    if (world.scheduler.running) found.insert(*world.scheduler.running);
    for (const auto& [priority, queue] : world.scheduler.ready)
        take(queue);
    for (const auto& [name, endpoint] : world.endpoints) {
        take(endpoint.senders);
        take(endpoint.receivers);
    }
    for (const auto& [name, notification] : world.notifications)
        take(notification.waiters);
    return std::ranges::all_of(world.threads, [&found](const auto& entry) {
        const State& state = entry.second.state;
        const bool nowhere =
            std::holds_alternative<Inactive>(state) || std::holds_alternative<AwaitingReply>(state);
        return found.count(entry.first) == (nowhere ? 0U : 1U);
    });
}

/// The kernel may stand still only when no thread can run.
bool is_deadlock(const World& world, Ending ending) {
    const auto can_run = [](const auto& entry) {
        return std::holds_alternative<Runnable>(entry.second.state);
    };
    return ending == Ending::Halted ||
           ((ending == Ending::Idle) == std::ranges::any_of(world.threads, can_run));
}

/// What is wrong after a call, in words.
std::string wrong_with(World& expected, const World& real, Ending ending) {
    if (is_deadlock(real, ending)) return "deadlock: some thread can run, and none does\n";
    if (!no_thread_is_lost(real)) return "a thread is lost\n" + difference(expected, real);
    std::string wrong = difference(expected, real);
    return wrong.empty() ? violations(expected) : wrong;
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
    std::string wrong = wrong_with(expected, machine_.abstraction(), ending);
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
