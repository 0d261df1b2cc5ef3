#include "host_kernel.hpp"

#include "object/endpoint.hpp"
#include "object/notification.hpp"
#include "thread.hpp"

#include <set>

namespace spec {

namespace {

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
    EXPECT_TRUE(cap.is_null()) << "a capability that the model does not know, of type "
                               << static_cast<Word>(cap.type());
    return NullCap{};
}

/// Finds every slot that is in use, and its name: through the CNodes that capabilities name, and
/// along the lists of the derivation tree, which lead to CNodes that hold each other and nobody
/// else does.
class Survey {
  public:
    explicit Survey(HostKernel& kernel)
        : thread_{Kind::Thread, k::arch::window.phys(&kernel.thread()).raw()} {
        add_cnode({Kind::CNode, k::arch::window.phys(kernel.root_slots().data()).raw()},
                  kernel.root_slots());
        const auto cspace = slot_of(thread_, ThreadSlot::CSpace);
        add(kernel.thread().slot(k::ThreadSlot::CSpaceRoot), cspace);
    }

    World world() {
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
        return std::move(world_);
    }

  private:
    void add(const k::Slot& slot, SlotName name) {
        if (!names_.emplace(&slot, name).second || slot.is_empty()) return;
        if (const auto cnode = slot.cap.as<k::CNode>()) {
            add_cnode(spec::name(Kind::CNode, *cnode), cnode->slots());
        }
        for (const k::Slot* next = slot.next.get(); next != nullptr; next = next->next.get()) {
            const auto cnode = next->cap.as<k::CNode>();
            if (cnode) add_cnode(spec::name(Kind::CNode, *cnode), cnode->slots());
        }
    }

    void add_cnode(Name cnode, std::span<const k::Slot> slots) {
        const Word radix = static_cast<Word>(std::countr_zero(slots.size()));
        if (!world_.cnodes.emplace(cnode, CNode{radix}).second) return;
        for (std::size_t i = 0; i < slots.size(); ++i) {
            add(slots[i], {cnode, i});
        }
    }

    void describe(const k::Slot& slot, SlotName name) {
        Slot& made = world_.slots[name];
        made.capability = translated(slot.cap);
        made.original = slot.has(k::Slot::Original);
        const auto object = object_of(made.capability);
        if (object && object->kind == Kind::Endpoint) world_.endpoints[*object] = {};
        if (object && object->kind == Kind::Notification) world_.notifications[*object] = {};
    }

    /// The list is the tree, depth first: the nearest before a slot that may be its parent is.
    void list_children(const k::Slot* first) {
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

    Name thread_;
    std::map<const k::Slot*, SlotName> names_;
    World world_;
};

} // namespace

World HostKernel::abstraction() {
    spec::World world = Survey{*this}.world();
    const Name name{Kind::Thread, k::arch::window.phys(&thread()).raw()};
    Thread& running = world.threads[name];
    running.state = Runnable{};
    running.buffer_address = 8 * buffer::words; // an offset of 0 in a frame of that size
    for (unsigned i = 0; i < 8; ++i) {
        running.registers.at(reg::x(i)) = thread().context.x[i];
    }
    const Word place = k::arch::window.phys(thread().ipc_buffer).raw();
    world.slots[slot_of(name, ThreadSlot::Buffer)].capability =
        FrameCap{place, 10, false, Access::ReadWrite, {}};
    for (Word i = 0; i < buffer::words; ++i) {
        write_word(world, place, i, HostKernel::buffer()[i]);
    }
    world.scheduler.running = name;
    return world;
}

bool HostKernel::perform(const Call& call, std::optional<unsigned> points) {
    std::copy(call.x.begin(), call.x.end(), thread().context.x.begin());
    thread().context.x[7] = call.number;
    for (const auto& [index, value] : call.buffer) {
        buffer()[index] = value;
    }
    const auto mode = Syscall(call.number) == Syscall::Call   ? k::SendMode::Call
                      : Syscall(call.number) == Syscall::Send ? k::SendMode::Send
                                                              : k::SendMode::NBSend;
    interrupt_after_each(points);
    auto exit = system_call(mode);
    for (; exit && *exit == k::KernelExit::Preempted; exit = system_call(mode)) {
        check();
        thread().context.pc += 4; // as the processor does when it executes the SVC again
    }
    interrupt_after_each(std::nullopt);
    check();
    return bool(exit);
}

} // namespace spec
