#include "survey.hpp"

#include "object/cnode.hpp"
#include "object/derivation.hpp"
#include "object/endpoint.hpp"
#include "object/notification.hpp"
#include "object/untyped.hpp"
#include "thread.hpp"

#include <bit>
#include <stdexcept>

namespace spec {

namespace {

Word address_of(const void* object) {
    return k::arch::window.phys(object).raw();
}

template <typename Object>
Name name(Kind kind, const k::Cap<Object>& cap) {
    return {kind, cap.address().raw()};
}

Rights rights_of(const k::Capability& cap) {
    return Rights::from_word(cap.rights().raw());
}

/// A capability of the kernel's, in the model's words. SEMANTICS gives grant of a notification no
/// meaning: the model has it always.
Capability translated(const k::Capability& cap) {
    if (cap.is_null()) return NullCap{};
    if (const auto untyped = cap.as<k::Untyped>()) {
        return UntypedCap{untyped->address().raw(), untyped->size_bits(), untyped->is_device(),
                          untyped->watermark()};
    }
    if (const auto cnode = cap.as<k::CNode>()) {
        return CNodeCap{name(Kind::CNode, *cnode), cnode->guard(), cnode->guard_size()};
    }
    if (const auto endpoint = cap.as<k::Endpoint>()) {
        return EndpointCap{name(Kind::Endpoint, *endpoint), endpoint->badge(), rights_of(cap)};
    }
    if (const auto signal = cap.as<k::Notification>()) {
        const Rights rights = rights_of(cap);
        return NotificationCap{name(Kind::Notification, *signal),
                               signal->badge(),
                               {.write = rights.write, .read = rights.read}};
    }
    throw std::logic_error("a capability that the model does not know");
}

} // namespace

Survey::Survey(const HostMachine& machine)
    : machine_{machine}, root_{Kind::CNode, address_of(machine.root_slots().data())} {
    add_cnode(root_, machine.root_slots());
    add_thread(machine.first_thread());
}

World Survey::world() {
    for (const auto& [slot, name] : names_) {
        if (!slot->is_empty()) describe(*slot, name);
    }
    for (const auto& [slot, name] : names_) {
        if (!slot->is_empty() && slot->previous == nullptr) list_children(slot);
    }
    for (auto& [name, slot] : world_.slots) {
        auto* untyped = std::get_if<UntypedCap>(&slot.capability);
        if (untyped != nullptr && slot.children.empty()) untyped->watermark = 0;
    }
    for (const auto& [name, thread] : threads_) {
        describe_thread(name, *thread);
    }
    return std::move(world_);
}

void Survey::add(const k::Slot& slot, SlotName name) {
    if (!names_.emplace(&slot, name).second || slot.is_empty()) return;
    add_holder(slot.cap);
    for (const k::Slot* next = slot.next.get(); next != nullptr; next = next->next.get()) {
        add_holder(next->cap);
    }
}

/// What has slots of its own.
void Survey::add_holder(const k::Capability& cap) {
    if (const auto cnode = cap.as<k::CNode>()) {
        add_cnode(spec::name(Kind::CNode, *cnode), cnode->slots());
    }
}

void Survey::add_cnode(Name cnode, std::span<const k::Slot> slots) {
    const auto radix = static_cast<Word>(std::countr_zero(slots.size()));
    if (!world_.cnodes.emplace(cnode, CNode{radix}).second) return;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        add(slots[i], {cnode, i});
    }
}

void Survey::add_thread(const k::Tcb& thread) {
    const Name name{Kind::Thread, address_of(&thread)};
    if (!threads_.emplace(name, &thread).second) return;
    add(thread.slots[static_cast<std::size_t>(k::ThreadSlot::CSpaceRoot)],
        slot_of(name, ThreadSlot::CSpace));
}

void Survey::describe(const k::Slot& slot, SlotName name) {
    Slot& made = world_.slots[name];
    made.capability = translated(slot.cap);
    made.original = slot.has(k::Slot::Original);
    const auto object = object_of(made.capability);
    if (object && object->kind == Kind::Endpoint) world_.endpoints[*object] = {};
    if (object && object->kind == Kind::Notification) world_.notifications[*object] = {};
}

void Survey::describe_thread(Name name, const k::Tcb& thread) {
    Thread& made = world_.threads[name];
    made.state = Runnable{};
    made.buffer_address = 8 * buffer::words; // an offset of 0 in a frame of that size
    made.next_pc = made.registers[reg::pc] = thread.context.pc;
    for (unsigned i = 0; i < 8; ++i) {
        made.registers.at(reg::x(i)) = thread.context.x.at(i);
    }
    const Word address = address_of(thread.ipc_buffer);
    world_.slots[slot_of(name, ThreadSlot::Buffer)].capability =
        FrameCap{address, 10, false, Access::ReadWrite, {}};
    world_.slots[{root_, place::thread}].capability = ThreadCap{name};
    for (Word i = 0; i < buffer::words; ++i) {
        write_word(world_, address, i, (&thread.ipc_buffer->tag)[i]);
    }
    if (machine_.state().current == &thread && thread.state == k::ThreadState::Running) {
        world_.scheduler.running = name;
    } else {
        made.state = Inactive{};
    }
}

/// The list is the tree, depth first: the nearest before a slot that may be its parent is.
void Survey::list_children(const k::Slot* first) {
    for (const k::Slot* slot = first->next.get(); slot != nullptr; slot = slot->next.get()) {
        const k::Slot* parent = slot->previous;
        while (parent != nullptr && !is_parent(*parent, *slot)) {
            parent = parent->previous;
        }
        if (parent == nullptr) continue;
        world_.slots.at(names_.at(slot)).parent = names_.at(parent);
        world_.slots.at(names_.at(parent)).children.push_back(names_.at(slot));
    }
}

} // namespace spec
