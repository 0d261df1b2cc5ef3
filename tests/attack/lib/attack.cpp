#include "attack.hpp"

#include "lib/clock.hpp"
#include "rt/panic.hpp"

#include <algorithm>
#include <array>

namespace attack {

namespace {

constinit std::array<user::Thread, 6> threads{};
constexpr unsigned lookout = 3; ///< one that sees whether it runs
constexpr unsigned probe = 4;   ///< the thread that may fault
constexpr unsigned worker = 5;  ///< one that is left for afterwards
constinit const char* attack_name = "";
constinit u64 longest_pause = 0; ///< in which the watcher did not run, in counts

struct Probe {
    void (*entry)(u64);
    u64 argument;
    bool finished;
    u64 value;
};
constinit Probe probing{};

void run_probe(u64) {
    probing.entry(probing.argument);
    probing.finished = true;
}

void read_word(u64 address) {
    probing.value = word_at(address);
}

void write_word(u64 address) {
    word_at(address) = probing.value;
}

void watch(u64) {
    for (u64 before = user::virtual_count();;) {
        const u64 now = user::virtual_count();
        longest_pause = std::max(longest_pause, now - before);
        before = now;
    }
}

void answer_one(u64 endpoint) {
    static_cast<void>(Endpoint{endpoint}.receive());
    seL4_Reply(user::message(0, {user::word(0) + 1}));
}

/// A thread answers, a page is mapped and zero, memory is given back.
void prove_alive(World& world) noexcept {
    const auto endpoint = world.make<Endpoint>();
    start(world, worker, answer_one, endpoint.cptr());
    static_cast<void>(endpoint.call(user::message(0, {41})));
    const bool answered = user::word(0) == 42;
    constexpr u64 somewhere = here + (u64{1} << 38);
    const Untyped memory = world.memory(k::abi::page_bits);
    world.map(make_of<Frame>(world, memory), somewhere);
    const bool zero = word_at(somewhere) == 0;
    require(slot_of(memory).revoke());
    const bool gone = !peek(world, somewhere).has_value();
    if (!answered || !zero || !gone) rt::panic("the kernel no longer works");
    user::print("afterwards: a call is answered, a new page is zero, and a revoked one gone\n");
}

} // namespace

void require(const Status& status) noexcept {
    if (status) return;
    user::print_refusal(status.error());
    rt::panic("a step before the attack was refused");
}

u64 World::must_have(std::optional<u64> slot) noexcept {
    if (!slot) rt::panic("no slot is left");
    return *slot;
}

user::Thread& thread(unsigned number) noexcept {
    return threads[number];
}

Tcb start(World& world, unsigned number, void (*entry)(u64), u64 argument, u64 priority) noexcept {
    const Tcb tcb = world.make<Tcb>();
    require(
        threads[number].start(tcb, {.entry = entry, .argument = argument, .priority = priority}));
    return tcb;
}

Tcb start_watcher(World& world) noexcept {
    const Tcb tcb = start(world, lookout, watch, 0, own_priority);
    seL4_Yield();
    longest_pause = 0;
    return tcb;
}

bool has_starved(Tcb watcher) noexcept {
    seL4_Yield();
    require(watcher.suspend());
    constexpr u64 slices_in_a_second = 100;
    return longest_pause > 2 * user::counts_per_second() / slices_in_a_second;
}

void map_program(World& world, user::VSpace space) noexcept {
    user::AddressSpace to{space, world.objects()};
    const auto& frames = user::boot_info().user_image_frames;
    u64 address = reinterpret_cast<u64>(&__executable_start);
    for (u64 frame = frames.begin; frame < frames.end; ++frame, address += Frame::bytes)
        require(to.map(world.copy(Frame{frame}), address));
}

bool survives(World& world, void (*entry)(u64), u64 argument) noexcept {
    const auto made = require(world.objects().make<Tcb>());
    const auto faults = require(world.objects().make<Endpoint>());
    probing = {entry, argument, false, probing.value};
    user::Surroundings around = user::own_surroundings;
    around.fault_endpoint = faults.object.cptr();
    require(threads[probe].start(made.object,
                                 {.entry = run_probe, .priority = urgent, .around = around}));
    require(made.object.suspend());
    require(world.objects().destroy(made));
    require(world.objects().destroy(faults));
    return probing.finished;
}

std::optional<u64> peek(World& world, u64 address) noexcept {
    if (!survives(world, read_word, address)) return std::nullopt;
    return probing.value;
}

bool poke(World& world, u64 address, u64 value) noexcept {
    probing.value = value;
    return survives(world, write_word, address);
}

void stake(const char* gain) noexcept {
    user::print("ATTACK {}: SUCCEEDED if nothing follows but a panic: {}\n", attack_name, gain);
}

int run(const char* name, Gain (*attempt)(World& world)) noexcept {
    attack_name = name;
    require(own_tcb.set_priority(own_tcb, own_priority));
    World world;
    if (const Gain gain = attempt(world); gain != nothing) {
        user::print("ATTACK {}: SUCCEEDED: {}\n", name, gain);
        return 0;
    }
    user::print("ATTACK {}: refused\n", name);
    prove_alive(world);
    user::print("[ch16] OK\n");
    return 0;
}

} // namespace attack
