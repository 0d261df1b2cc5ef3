#include "message.hpp"

#include "cspace.hpp"
#include "derivation.hpp"
#include "fault.hpp"
#include "thread.hpp"

#include <algorithm>

namespace spec {

namespace {

constexpr std::size_t longest = 120;
constexpr std::size_t in_registers = 4;

} // namespace

MessageInfo MessageInfo::from_word(Word word) {
    return {.label = word >> 12,
            .caps_unwrapped = (word >> 9) & low_bits(3),
            .extra_caps = (word >> 7) & low_bits(2),
            .length = std::min<Word>(word & low_bits(7), longest)};
}

Word MessageInfo::to_word() const {
    return label << 12 | caps_unwrapped << 9 | extra_caps << 7 | length;
}

Words outgoing_words(World& world, Name thread) {
    const auto base = buffer_of(world, thread, Access::ReadOnly);
    const auto info = MessageInfo::from_word(x_register(world, thread, 1));
    Words words(base ? info.length : std::min<Word>(info.length, in_registers));
    for (unsigned i = 0; i < words.size(); ++i) {
        words[i] = i < in_registers ? x_register(world, thread, 2 + i)
                                    : read_word(world, *base, buffer::message + i);
    }
    return words;
}

std::vector<Argument> outgoing_capabilities(World& world, Name thread) {
    std::vector<Argument> found;
    const auto base = buffer_of(world, thread, Access::ReadOnly);
    const auto info = MessageInfo::from_word(x_register(world, thread, 1));
    for (Word i = 0; base && i < info.extra_caps; ++i) {
        const SlotName slot =
            lookup(world, thread, read_word(world, *base, buffer::caps_or_badges + i));
        found.push_back({slot, capability_in(world, slot)});
    }
    return found;
}

void deliver(World& world, Name to, MessageInfo info, Word badge, const Words& words) {
    const auto base = buffer_of(world, to, Access::ReadWrite);
    info.length = std::min(words.size(), base ? longest : in_registers);
    for (unsigned i = 0; i < info.length; ++i) {
        if (i < in_registers) {
            x_register(world, to, 2 + i) = words[i];
        } else {
            write_word(world, *base, buffer::message + i, words[i]);
        }
    }
    x_register(world, to, 0) = badge;
    x_register(world, to, 1) = info.to_word();
}

namespace {

/// "Receive slot: receiveCNode is a CPtr resolved at 64 bits, receiveIndex/receiveDepth resolved in
/// it to an empty slot. Anything wrong means: no slot, no error."
std::optional<SlotName> receive_slot(const World& world, Name receiver, Word base) {
    const Word root = read_word(world, base, buffer::receive_cnode);
    try {
        return empty_target(world, capability_at(world, receiver, root),
                            read_word(world, base, buffer::receive_index),
                            read_word(world, base, buffer::receive_depth));
    } catch (const Refusal&) {
        return std::nullopt;
    }
}

/// "It also ends at one that cannot be copied or when there is no slot." \return whether it was
/// copied.
bool copy_into(World& world, const Argument& sent, std::optional<SlotName> slot) {
    if (!slot) return false;
    try {
        insert_copy(world, sent.slot, *slot, derived(world, sent.slot, sent.capability));
        return true;
    } catch (const Refusal&) {
        return false;
    }
}

/// "They are taken in order. One that is an endpoint capability to the very endpoint the message
/// goes through is unwrapped … Any other is copied into the receive slot; there is one slot."
void transfer_capabilities(World& world, const std::vector<Argument>& sent, Name to, Word base,
                           std::optional<Name> endpoint, MessageInfo& info) {
    auto slot = receive_slot(world, to, base);
    for (const Argument& argument : sent) {
        const Word number = info.extra_caps;
        const auto* wrapped = std::get_if<EndpointCap>(&argument.capability);
        if (wrapped != nullptr && wrapped->endpoint == endpoint) {
            write_word(world, base, buffer::caps_or_badges + number, wrapped->badge);
            info.caps_unwrapped |= Word{1} << number;
        } else {
            if (!copy_into(world, argument, slot)) return;
            slot.reset();
        }
        ++info.extra_caps;
    }
}

/// The capabilities that go along. "If one lookup fails then, none is transferred."
std::vector<Argument> capabilities_along(World& world, Name from, bool grant) {
    try {
        return grant ? outgoing_capabilities(world, from) : std::vector<Argument>{};
    } catch (const CapFault&) {
        return {};
    }
}

} // namespace

void transfer(World& world, Name from, Name to, const Passage& passage) {
    if (const auto& fault = world.threads.at(from).fault) {
        deliver(world, to, {.label = fault_label(*fault)}, passage.badge,
                fault_words(world.threads.at(from)));
        return;
    }
    MessageInfo info{.label = MessageInfo::from_word(x_register(world, from, 1)).label};
    const Words words = outgoing_words(world, from);
    const auto sent = capabilities_along(world, from, passage.grant);
    if (const auto base = buffer_of(world, to, Access::ReadWrite)) {
        transfer_capabilities(world, sent, to, *base, passage.endpoint, info);
    }
    deliver(world, to, info, passage.badge, words);
}

} // namespace spec
