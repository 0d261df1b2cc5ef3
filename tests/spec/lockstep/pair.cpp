#include "pair.hpp"

#include "chooser.hpp"
#include "derivation.hpp"
#include "invariants.hpp"
#include "message.hpp"
#include "preparations.hpp"
#include "print.hpp"
#include "thread.hpp"
#include "vspace.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace spec {

Pair::Pair(Tally& tally) : tally_{tally} {}

namespace {

/// Preemption points between two interrupts during an act.
std::optional<unsigned> points(const Act& act) {
    const unsigned number = act.numbers.back();
    if (number % 3 != 0) return std::nullopt;
    return number / 3 % 4;
}

} // namespace

namespace {

/// Kernel and model after the preparations, which take long enough to be made only once.
struct Start {
    HostMachine::Snapshot kernel;
    World model;
};

Start start_of(HostMachine& kernel, World& model) {
    for (const Call& call : preparations()) {
        kernel.happen(call);
        apply(model, call);
    }
    return {kernel.snapshot(), model};
}

} // namespace

void Pair::prepare() {
    static const Start start = start_of(kernel_, model_);
    kernel_.restore(start.kernel);
    model_ = start.model;
    program_ = {};
    broken_off_ = false;
    for (const Call& call : preparations()) {
        program_.add(call, start.model.scheduler.running);
    }
}

std::string Pair::play(const Act& act) {
    return play(choose(model_, act), points(act));
}

std::string Pair::play(const Event& event, std::optional<unsigned> points) {
    const Before before{model_, event};
    program_.add(event, before.running);
    const Ending ending = kernel_.happen(event, points);
    const Outcome outcome = apply(model_, event);
    note_reply(event, before.running);
    tally_.add(Moment{before, event, outcome, model_});
    if (kernel_.interrupted()) tally_.add(sight::interrupted);
    if (ending == Ending::BrokenOff) tally_.add(sight::broken_off);
    if (ending == Ending::Panicked) return kernel_.printed();
    if (ending == Ending::Halted) return "the kernel has stopped the machine\n" + kernel_.printed();
    broken_off_ = ending == Ending::BrokenOff; // the model knows no interrupts inside calls
    if (broken_off_) return "";
    try {
        return difference(model_, kernel_.abstraction());
    } catch (const std::logic_error& error) { // what the survey has found has no name in the model
        return error.what() + std::string("\n");
    }
}

namespace {

/// Of a thread that runs or is stopped one of the two pcs means nothing: there kernel and model may
/// differ. How long the only domain lasts can be set, and makes no difference.
void take_over_what_means_nothing(const World& model, World& real) {
    real.scheduler.domains = model.scheduler.domains;
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

/// Where the processor is while nobody runs, or a thread whose VSpace's capability has been deleted
/// as it ran, is open (OPEN.md): any address space that lives will do.
void take_over_any_space(const World& model, World& real) {
    const auto& running = model.scheduler.running;
    if (running && occupied(model, slot_of(*running, ThreadSlot::VSpace))) return;
    const auto& space = real.user_space;
    if (space && vspace_of(model, *space->asid) == space->vspace) {
        real.user_space = model.user_space;
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

std::string difference(World& model, World real) {
    take_over_what_means_nothing(model, real);
    take_over_any_space(model, real);
    forget_what_nobody_holds(model, real);
    return real == model ? "" : "model → kernel:\n" + explain(model, real);
}

/// What a Call has got in reply, if it is complete.
void Pair::note_reply(const Event& event, std::optional<Name> caller) {
    const auto* call = std::get_if<Call>(&event);
    const bool complete = call != nullptr && Syscall(call->number) == Syscall::Call && caller &&
                          model_.scheduler.running == caller;
    if (!complete) return;
    const std::span registers{model_.threads.at(*caller).registers};
    program_.reply(MessageInfo::from_word(registers[reg::x(1)]), registers.subspan(reg::x(2), 4));
}

std::string Pair::broken_invariants() const {
    return violations(model_);
}

bool Pair::alive() const {
    const auto& running = model_.scheduler.running;
    return !broken_off_ && running &&
           is<CNodeCap>(capability_in(model_, slot_of(*running, ThreadSlot::CSpace)));
}

Program Pair::foretell(std::span<const Act> acts) const {
    World world = booted_;
    Program program;
    for (const Call& call : preparations()) {
        program.add(call, world.scheduler.running);
        apply(world, call);
    }
    for (const Act& act : acts) {
        const Event event = choose(world, act);
        program.add(event, world.scheduler.running);
        if (&act != &acts.back()) apply(world, event); // which may be too much for the model, too
    }
    return program;
}

} // namespace spec
