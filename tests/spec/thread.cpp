#include "thread.hpp"

#include "derivation.hpp"
#include "schedule.hpp"

#include <algorithm>

namespace spec {

bool runnable(const World& world, Name thread) {
    return std::holds_alternative<Runnable>(world.threads.at(thread).state);
}

Word& x_register(World& world, Name thread, unsigned number) {
    return world.threads.at(thread).registers.at(reg::x(number));
}

void void_reply(World& world, Name caller) {
    const auto found = std::ranges::find_if(world.slots, [caller](const auto& entry) {
        const auto* reply = std::get_if<ReplyCap>(&entry.second.capability);
        return reply != nullptr && reply->caller == caller;
    });
    if (found != world.slots.end()) take_capability(world, found->first);
}

namespace {

/// "A blocked thread leaves its queue, a pending reply to it is void, a pending fault is
/// forgotten."
void unblock(World& world, Name name) {
    Thread& thread = world.threads.at(name);
    if (const auto* sending = std::get_if<Sending>(&thread.state)) {
        std::erase(world.endpoints.at(sending->endpoint).senders, name);
    } else if (const auto* receiving = std::get_if<Receiving>(&thread.state)) {
        std::erase(world.endpoints.at(receiving->endpoint).receivers, name);
    } else if (const auto* waiting = std::get_if<Waiting>(&thread.state)) {
        std::erase(world.notifications.at(waiting->notification).waiters, name);
    } else if (std::holds_alternative<AwaitingReply>(thread.state)) {
        void_reply(world, name);
    }
    thread.fault.reset();
    thread.state = Inactive{};
}

} // namespace

void suspend(World& world, Name name) {
    Thread& thread = world.threads.at(name);
    const bool calling = world.present.calling == name;
    if (runnable(world, name)) {
        if (!calling) thread.registers[reg::pc] = thread.next_pc;
        unready(world, name);
    }
    if (calling) world.present.calling.reset();
    unblock(world, name);
}

void resume(World& world, Name thread) {
    if (runnable(world, thread)) return;
    unblock(world, thread);
    repeat(world, thread);
}

void repeat(World& world, Name name) {
    Thread& thread = world.threads.at(name);
    thread.fault.reset();
    thread.state = Runnable{};
    thread.next_pc = thread.registers[reg::pc];
    ready_first(world, name);
}

void destroy_thread(World& world, Name thread) {
    suspend(world, thread);
    const auto bound = world.threads.at(thread).notification;
    if (bound) world.notifications.at(*bound).bound.reset();
    world.threads.erase(thread);
}

std::optional<Word> buffer_of(const World& world, Name thread, Access needed) {
    const Word address = world.threads.at(thread).buffer_address;
    const Capability held = capability_in(world, slot_of(thread, ThreadSlot::Buffer));
    const auto* frame = std::get_if<FrameCap>(&held);
    if (address == 0 || frame == nullptr || frame->access < needed) return std::nullopt;
    return frame->address + (address & low_bits(frame->bits));
}

Word read_word(const World& world, Word base, Word index) {
    const auto found = world.memory.find(base + 8 * index);
    return found == world.memory.end() ? 0 : found->second;
}

void write_word(World& world, Word base, Word index, Word value) {
    if (value == 0) {
        world.memory.erase(base + 8 * index);
    } else {
        world.memory[base + 8 * index] = value;
    }
}

} // namespace spec
