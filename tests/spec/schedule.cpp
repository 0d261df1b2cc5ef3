#include "schedule.hpp"

#include "thread.hpp"
#include "vspace.hpp"

#include <algorithm>

namespace spec {

void ready_first(World& world, Name thread) {
    world.scheduler.ready[world.threads.at(thread).priority].push_front(thread);
}

void ready_last(World& world, Name thread) {
    world.scheduler.ready[world.threads.at(thread).priority].push_back(thread);
}

void unready(World& world, Name thread) {
    if (world.scheduler.running == thread) world.scheduler.running.reset();
    std::erase(world.present.woken, thread);
    const auto queue = world.scheduler.ready.find(world.threads.at(thread).priority);
    if (queue == world.scheduler.ready.end()) return;
    std::erase(queue->second, thread);
    if (queue->second.empty()) world.scheduler.ready.erase(queue);
}

void wake(World& world, Name thread) {
    world.present.woken.push_back(thread);
}

void go_last(World& world) {
    const auto running = std::exchange(world.scheduler.running, std::nullopt);
    if (running) ready_last(world, *running);
}

void tick(World& world) {
    if (!world.scheduler.running) return;
    Thread& thread = world.threads.at(*world.scheduler.running);
    if (--thread.ticks > 0) return;
    thread.ticks = slice_ticks;
    go_last(world);
}

namespace {

/// "Equal, and the running one stays runnable: the woken goes to the tail" of its queue. Any other,
/// and each of several, goes to the head: the last one woken ends in front.
void queue_woken(World& world, std::optional<Name> goes_on) {
    const auto woken = std::exchange(world.present.woken, {});
    const auto priority = [&world](Name thread) { return world.threads.at(thread).priority; };
    if (goes_on && woken.size() == 1 && priority(woken.front()) == priority(*goes_on)) {
        ready_last(world, woken.front());
        return;
    }
    for (const Name thread : woken) {
        ready_first(world, thread);
    }
}

std::optional<Name> take_highest(World& world) {
    if (world.scheduler.ready.empty()) return std::nullopt;
    const Name chosen = world.scheduler.ready.rbegin()->second.front();
    unready(world, chosen);
    return chosen;
}

} // namespace

void settle(World& world) {
    auto running = std::exchange(world.scheduler.running, std::nullopt);
    if (running && !runnable(world, *running)) running.reset();
    queue_woken(world, running);
    if (running) ready_first(world, *running); // "goes in front of those of its own priority"
    world.scheduler.running = take_highest(world);
    const auto& next = world.scheduler.running;
    world.user_space = next ? space_of(world, *next) : std::nullopt;
    world.present.calling.reset();
}

} // namespace spec
