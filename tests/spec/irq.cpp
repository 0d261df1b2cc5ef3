/// \file
/// The methods of IRQ control and IRQ handlers. SEMANTICS 10; seL4 manual, "Hardware I/O".
#include "cspace.hpp"
#include "derivation.hpp"
#include "invocation.hpp"
#include "lifecycle.hpp"

namespace spec {

namespace {

/// "irq > highest: RE(0, highest); in use, by a handler or the kernel's timer: RevokeFirst;
/// destination lookup; DeleteFirst." The trigger of GetTrigger changes nothing that the model
/// knows.
void get_handler(World& world, const Invocation& call) {
    const bool with_trigger = call.method == Method::IrqGetTrigger;
    call.needs(with_trigger ? 4 : 3, 1);
    const Word irq = call.words[0];
    const Name interrupt{Kind::Interrupt, irq};
    if (irq > world.highest_interrupt) throw Refusal{RangeError, {0, world.highest_interrupt}};
    if (irq == world.timer_interrupt || world.interrupts.contains(interrupt)) {
        throw Refusal{RevokeFirst};
    }
    const std::size_t first = with_trigger ? 2 : 1;
    const SlotName slot =
        empty_target(world, call.arguments[0].capability, call.words[first], call.words[first + 1]);
    insert_original(world, slot, IrqHandlerCap{interrupt}, call.slot);
    world.interrupts[interrupt] = false; // "The interrupt is unmasked at once"
}

void issue_sgi(World& world, const Invocation& call) {
    call.needs(4, 1);
    if (call.words[0] > 15) throw Refusal{RangeError, {0, 15}};
    if (call.words[1] > 7) throw Refusal{InvalidArgument, {1}};
    const SlotName slot =
        empty_target(world, call.arguments[0].capability, call.words[2], call.words[3]);
    insert_original(world, slot, SgiCap{call.words[0], call.words[1]}, call.slot);
}

/// "Replaces the old one; stores a copy with its badge."
void set_notification(World& world, const Invocation& call, SlotName stored) {
    call.needs(0, 1);
    const auto& [slot, capability] = call.arguments[0];
    const auto* notification = std::get_if<NotificationCap>(&capability);
    if (notification == nullptr || !notification->rights.write) {
        throw Refusal{InvalidCapability, {0}};
    }
    delete_capability(world, stored);
    insert_copy(world, slot, stored, capability);
}

} // namespace

Words invoke_irq_control(World& world, const Invocation& call) {
    if (call.method == Method::IrqGet || call.method == Method::IrqGetTrigger) {
        get_handler(world, call);
    } else if (call.method == Method::IrqIssueSgi) {
        issue_sgi(world, call);
    } else {
        throw Refusal{IllegalOperation};
    }
    return {};
}

Words invoke_irq_handler(World& world, const Invocation& call, Name interrupt) {
    using enum Method;
    const SlotName stored{interrupt, 0};
    if (call.method < IrqAck || call.method > IrqClear) throw Refusal{IllegalOperation};
    if (call.method == IrqAck) world.interrupts.at(interrupt) = false;
    if (call.method == IrqSetNotification) set_notification(world, call, stored);
    if (call.method == IrqClear) delete_capability(world, stored);
    return {};
}

} // namespace spec
