#include "fault.hpp"

#include "cspace.hpp"
#include "derivation.hpp"
#include "endpoint.hpp"
#include "message.hpp"
#include "schedule.hpp"
#include "thread.hpp"

#include <algorithm>

namespace spec {

namespace {

/// "LR": in the message about an unknown system call, the address after the `svc` (or the pc that
/// somebody has written since), which no reply changes.
constexpr unsigned after_the_call = reg::count;

/// The registers in the order in which the message has them, which is also how a reply sets them.
Words registers_in_message(const Fault& fault) {
    if (std::holds_alternative<UnknownSyscall>(fault)) {
        return {reg::x(0), reg::x(1), reg::x(2), reg::x(3), reg::x(4),      reg::x(5),
                reg::x(6), reg::x(7), reg::pc,   reg::sp,   after_the_call, reg::spsr};
    }
    if (std::holds_alternative<UserException>(fault)) return {reg::pc, reg::sp, reg::spsr};
    return {};
}

struct Describe {
    const Thread& thread;

    Word ip() const { return thread.registers[reg::pc]; }

    Words registers() const {
        Words words;
        for (const Word number : registers_in_message(*thread.fault)) {
            words.push_back(number == after_the_call ? thread.next_pc
                                                     : thread.registers.at(number));
        }
        return words;
    }

    Words operator()(const CapFault& fault) const {
        Words words{ip(), fault.address, fault.receiving ? Word{1} : Word{0},
                    Word(fault.failure.type)};
        const Words& description = fault.failure.description;
        words.insert(words.end(), description.begin(), description.end());
        return words;
    }

    Words operator()(const UnknownSyscall& fault) const {
        Words words = registers();
        words.push_back(fault.number);
        return words;
    }

    Words operator()(const UserException& fault) const {
        Words words = registers();
        words.insert(words.end(), {fault.number, 0});
        return words;
    }

    Words operator()(const VmFault& fault) const {
        return {ip(), fault.address, fault.prefetch ? Word{1} : Word{0}, fault.status};
    }
};

/// "It must be an endpoint with write and (grant or grantReply)."
std::optional<Sending> handler_of(const World& world, Name thread) {
    const Capability found = capability_at(world, thread, world.threads.at(thread).fault_handler);
    const auto* endpoint = std::get_if<EndpointCap>(&found);
    if (endpoint == nullptr || !endpoint->rights.write) return std::nullopt;
    const auto [write, read, grant, grant_reply] = endpoint->rights;
    if (!grant && !grant_reply) return std::nullopt;
    return Sending{endpoint->endpoint, endpoint->badge, true, grant, grant_reply};
}

} // namespace

Word fault_label(const Fault& fault) {
    constexpr std::array<Word, std::variant_size_v<Fault>> labels{1, 2, 3, 5}; // in Fault's order
    return labels.at(fault.index());
}

Words fault_words(const Thread& thread) {
    return std::visit(Describe{thread}, thread.fault.value());
}

void raise_fault(World& world, Name name, const Fault& fault) {
    const auto handler = handler_of(world, name);
    if (!handler) {
        world.threads.at(name).state = Inactive{};
        return;
    }
    world.threads.at(name).fault = fault;
    send(world, name, *handler, true);
}

void answer_fault(World& world, Name name, Name replier) {
    Thread& thread = world.threads.at(name);
    const Words numbers = registers_in_message(*thread.fault);
    const Words words = outgoing_words(world, replier);
    const Word label = MessageInfo::from_word(x_register(world, replier, 1)).label;
    for (std::size_t i = 0; i < std::min(words.size(), numbers.size()); ++i) {
        if (numbers[i] == after_the_call) continue;
        thread.registers.at(numbers[i]) =
            numbers[i] == reg::spsr ? sanitised_spsr(words[i]) : words[i];
    }
    const bool restart = label == 0 || numbers.empty();
    thread.fault.reset();
    thread.state = restart ? State{Runnable{}} : State{Inactive{}};
    thread.next_pc = thread.registers[reg::pc];
    if (restart) wake(world, name);
}

} // namespace spec
