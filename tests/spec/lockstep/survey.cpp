#include "survey.hpp"

#include "object/cnode.hpp"
#include "object/derivation.hpp"
#include "object/endpoint.hpp"
#include "object/notification.hpp"
#include "object/untyped.hpp"
#if SPEC_CHAPTER >= 11
    #include "arch/user_space.hpp"
    #include "object/asid.hpp"
    #include "object/frame.hpp"
    #include "object/page_table.hpp"
    #include "object/vspace.hpp"
#endif
#if SPEC_CHAPTER >= 12
    #include "object/domain.hpp"
#endif
#if SPEC_CHAPTER >= 14
    #include "object/reply.hpp"
#endif
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

#if SPEC_CHAPTER >= 11

constexpr Word asid_of(k::arch::Asid asid) {
    return static_cast<Word>(asid);
}

std::optional<Mapping> mapping(k::MappedAt at) {
    if (!at.somewhere()) return std::nullopt;
    return Mapping{asid_of(at[k::MappedAt::asid]), at.va().raw()};
}

Access access(Rights rights) {
    if (!rights.read) return Access::None;
    return rights.write ? Access::ReadWrite : Access::ReadOnly;
}

/// Of memory and address spaces; the null capability if it is another.
Capability translated_memory(const k::Capability& cap) {
    if (const auto frame = cap.as<k::Frame>()) {
        const Word bits = k::arch::span_bits(k::arch::level_of(frame->size()));
        return FrameCap{frame->address().raw(), bits, frame->is_device(), access(rights_of(cap)),
                        mapping(frame->mapped())};
    }
    if (const auto table = cap.as<k::PageTable>()) {
        return PageTableCap{name(Kind::PageTable, *table), mapping(table->mapped())};
    }
    if (const auto vspace = cap.as<k::VSpace>()) {
        std::optional<Word> asid;
        if (vspace->has_asid()) asid = asid_of(vspace->asid());
        return VSpaceCap{name(Kind::VSpace, *vspace), asid};
    }
    if (const auto pool = cap.as<k::AsidPool>()) {
        return AsidPoolCap{name(Kind::AsidPool, *pool), pool->index()};
    }
    if (cap.as<k::AsidControl>()) return AsidControlCap{};
    return NullCap{};
}

/// A leaf, in the model's words.
Page page(k::arch::Descriptor leaf, k::arch::Level level) {
    using k::arch::Descriptor;
    const bool readable = leaf[Descriptor::user];
    return {.frame = leaf.target().raw(),
            .bits = k::arch::span_bits(level),
            .access = access({.write = !leaf[Descriptor::read_only], .read = readable}),
            .cacheable = leaf[Descriptor::memory] == k::arch::MemoryType::Normal,
            .executable = !leaf[Descriptor::user_execute_never]};
}

/// All that a table leads to.
/// \param first  the address that its first entry covers
void walk(k::PhysAddr table, k::arch::Level level, Word first, VSpace& vspace) {
    const auto& entries = k::arch::window.at<const k::arch::Table>(table)->entries;
    const Word bits = k::arch::span_bits(level);
    for (Word i = 0; i < entries.size(); ++i) {
        const auto entry = k::arch::load_descriptor(entries[i]);
        if (entry.raw() == 0) continue;
        const Word address = first + (i << bits);
        if (entry.is_leaf(level)) vspace.pages[address] = page(entry, level);
        if (!entry.is_table(level)) continue;
        vspace.tables[{bits, address}] = Name{Kind::PageTable, entry.target().raw()};
        walk(entry.target(), below(level), address, vspace);
    }
}

#else

Capability translated_memory(const k::Capability&) {
    return NullCap{};
}

#endif

Capability translated_thread(const k::Capability& cap) {
#if SPEC_CHAPTER >= 12
    if (const auto thread = cap.as<k::Tcb>()) return ThreadCap{name(Kind::Thread, *thread)};
    if (cap.as<k::Domain>()) return DomainCap{};
#endif
#if SPEC_CHAPTER >= 14
    if (const auto reply = cap.as<k::Reply>()) {
        return ReplyCap{name(Kind::Thread, *reply), rights_of(cap).grant};
    }
#endif
    (void)cap;
    return NullCap{};
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
    if (const auto memory = translated_memory(cap); !is<NullCap>(memory)) return memory;
    if (const auto thread = translated_thread(cap); !is<NullCap>(thread)) return thread;
    throw std::logic_error("a capability that the model does not know, of type " +
                           std::to_string(static_cast<Word>(cap.type())));
}

} // namespace

namespace {

/// The index of a slot in which a thread has its own reply capability, which is nobody else's
/// affair.
constexpr Word masters = ~Word{0};

} // namespace

Survey::Survey(const HostMachine& machine)
    : machine_{machine}, root_{Kind::CNode, address_of(machine.root_slots().data())} {
    add_cnode(root_, machine.root_slots());
    add_thread(machine.first_thread());
}

World Survey::world() {
    describe_user_space();
    for (const auto& [slot, name] : names_) {
        if (name.index != masters) describe(*slot, name);
    }
    for (const auto& [slot, name] : names_) {
        if (name.index != masters && slot->previous == nullptr) list_children(slot);
    }
    for (auto& [name, slot] : world_.slots) {
        auto* untyped = std::get_if<UntypedCap>(&slot.capability);
        if (untyped != nullptr && slot.children.empty()) untyped->watermark = 0;
    }
    for (const auto& [name, thread] : threads_) {
        describe_thread(name, *thread);
    }
    describe_scheduler();
    return std::move(world_);
}

std::vector<k::Tcb*> Survey::threads() const {
    std::vector<k::Tcb*> all;
    for (const auto& [name, thread] : threads_) {
        all.push_back(thread);
    }
    return all;
}

void Survey::add(const k::Slot& slot, SlotName name) {
    if (slot.is_empty() || !names_.emplace(&slot, name).second) return;
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
#if SPEC_CHAPTER >= 12
    if (const auto thread = cap.as<k::Tcb>()) add_thread(thread->thread());
#endif
}

void Survey::add_cnode(Name cnode, std::span<const k::Slot> slots) {
    const auto radix = static_cast<Word>(std::countr_zero(slots.size()));
    if (!world_.cnodes.emplace(cnode, CNode{radix}).second) return;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        add(slots[i], {cnode, i});
    }
}

void Survey::add_thread(k::Tcb& thread) {
    const Name name{Kind::Thread, address_of(&thread)};
    if (!threads_.emplace(name, &thread).second) return;
    const auto held = [&](k::ThreadSlot slot, ThreadSlot model) {
        add(thread.slots[static_cast<std::size_t>(slot)], slot_of(name, model));
    };
    held(k::ThreadSlot::CSpaceRoot, ThreadSlot::CSpace);
    held(k::ThreadSlot::VSpaceRoot, ThreadSlot::VSpace);
    held(k::ThreadSlot::IpcBuffer, ThreadSlot::Buffer);
    held(k::ThreadSlot::Caller, ThreadSlot::Caller);
    add(thread.slots[static_cast<std::size_t>(k::ThreadSlot::Reply)], {name, masters});
}

void Survey::describe(const k::Slot& slot, SlotName name) {
    Slot& made = world_.slots[name];
    made.capability = translated(slot.cap);
    made.original = slot.has(k::Slot::Original) || is<ReplyCap>(made.capability);
    describe_object(made.capability);
}

void Survey::describe_object(const Capability& cap) {
    const auto object = object_of(cap);
    if (object && object->kind == Kind::Endpoint) describe_endpoint(*object);
    if (object && object->kind == Kind::Notification) describe_notification(*object);
#if SPEC_CHAPTER >= 11
    const auto* frame = std::get_if<FrameCap>(&cap);
    if (frame != nullptr && !frame->device && frames_.insert(frame->address).second) {
        describe_memory(frame->address, Word{1} << frame->bits);
    }
    if (const auto* vspace = std::get_if<VSpaceCap>(&cap)) describe_vspace(*vspace);
    if (const auto* pool = std::get_if<AsidPoolCap>(&cap)) describe_pool(*pool);
#endif
}

void Survey::describe_memory(Word address, Word bytes) {
    const auto* words = std::bit_cast<const Word*>(address);
    for (Word i = 0; i < bytes / sizeof(Word); ++i) {
        if (words[i] != 0)
            write_word(world_, address, i, words[i]); // most are, and 0 is not listed
    }
}

#if SPEC_CHAPTER >= 11

/// One that has lost its identifier gets no other: what is in its tables, which may have been used
/// for something else since, means nothing.
void Survey::describe_vspace(const VSpaceCap& cap) {
    const auto [vspace, is_new] = world_.vspaces.try_emplace(cap.vspace);
    if (!is_new || !cap.asid) return;
    const k::PhysAddr root{cap.vspace.address};
    const auto space =
        machine_.state().objects.asids.find(k::arch::Asid{static_cast<k::u16>(*cap.asid)});
    if (space && space->root() == root) walk(root, k::arch::Level::L0, 0, vspace->second);
}

/// That of the processor, not of the thread that should be in it.
void Survey::describe_user_space() {
    const auto [root, asid] = k::arch::user_space();
    if (asid == k::arch::Asid::Kernel) return;
    world_.user_space = VSpaceCap{{Kind::VSpace, root.raw()}, asid_of(asid)};
}

void Survey::describe_pool(const AsidPoolCap& cap) {
    const auto& roots = std::bit_cast<const k::AsidPool*>(cap.pool.address)->roots;
    AsidPool& pool = world_.pools[cap.pool];
    for (Word i = 0; i < roots.size(); ++i) {
        if (roots[i] != k::PhysAddr{}) pool.vspaces[i] = Name{Kind::VSpace, roots[i].raw()};
    }
    world_.pool_at[cap.index] = cap.pool;
}

#else

void Survey::describe_user_space() {}

#endif

/// In the order of ReadRegisters.
void Survey::describe_registers(Name name, const k::Tcb& thread) {
    const auto& [x, sp, pc, pstate, tls, tls_ro] = thread.context;
    Thread& made = world_.threads[name];
    made.next_pc = made.registers[reg::pc] = pc;
    made.registers = {pc,    sp,    pstate.raw(), x[0],  x[1],  x[2],  x[3],  x[4],  x[5],
                      x[6],  x[7],  x[8],         x[16], x[17], x[18], x[29], x[30], x[9],
                      x[10], x[11], x[12],        x[13], x[14], x[15], x[19], x[20], x[21],
                      x[22], x[23], x[24],        x[25], x[26], x[27], x[28], tls,   tls_ro};
}

#if SPEC_CHAPTER >= 12

namespace {

/// The threads in a queue, first come first. \throws std::logic_error if it leads in circles.
std::deque<Name> queued(const k::ThreadQueue& queue) {
    std::deque<Name> names;
    for (const k::Tcb* next = queue.front(); next != nullptr; next = next->next) {
        names.push_back({Kind::Thread, address_of(next)});
        if (names.size() > 1000) throw std::logic_error("a queue of threads has no end");
    }
    return names;
}

} // namespace

#endif

void Survey::describe_endpoint(Name name) {
    Endpoint& made = world_.endpoints[name];
#if SPEC_CHAPTER >= 13
    const auto& endpoint = *std::bit_cast<const k::Endpoint*>(name.address);
    const bool receivers = endpoint.first(k::ThreadState::BlockedOnReceive) != nullptr;
    (receivers ? made.receivers : made.senders) = queued(endpoint.queue);
#else
    (void)made;
#endif
}

void Survey::describe_notification(Name name) {
    Notification& made = world_.notifications[name];
#if SPEC_CHAPTER >= 15
    auto notification = *std::bit_cast<const k::Notification*>(name.address); // a copy, to be read
    made.waiters = queued(notification.waiters);
    if (const k::Tcb* bound = notification.bound()) {
        made.bound = Name{Kind::Thread, address_of(bound)};
    }
    made.active = notification.is_active();
    if (made.active) made.pending = notification.take();
#else
    (void)made;
#endif
}

#if SPEC_CHAPTER >= 13

namespace {

/// What a thread is doing, with what it remembers of the capability that it waits through.
State state_of(const k::Tcb& thread) {
    const Rights rights = rights_of(thread.waiting_through);
    const Word object = thread.waiting_through.address().raw();
    switch (thread.state) {
    case k::ThreadState::Inactive: return Inactive{};
    case k::ThreadState::Running: return Runnable{};
    case k::ThreadState::BlockedOnSend:
        return Sending{{Kind::Endpoint, object},
                       thread.waiting_through.as<k::Endpoint>()->badge(),
                       thread.is_calling,
                       rights.grant,
                       rights.grant_reply};
    case k::ThreadState::BlockedOnReceive: return Receiving{{Kind::Endpoint, object}, rights.grant};
    #if SPEC_CHAPTER >= 14
    case k::ThreadState::BlockedOnReply: return AwaitingReply{};
    #endif
    #if SPEC_CHAPTER >= 15
    case k::ThreadState::BlockedOnNotification: return Waiting{{Kind::Notification, object}};
    #endif
    }
    return Inactive{};
}

} // namespace

#elif SPEC_CHAPTER >= 12

namespace {

State state_of(const k::Tcb& thread) {
    return thread.state == k::ThreadState::Running ? State{Runnable{}} : State{Inactive{}};
}

} // namespace

#endif

#if SPEC_CHAPTER >= 16

namespace {

/// A kernel's fault, in the model's words.
struct Translate {
    std::optional<Fault> operator()(std::monostate) const { return std::nullopt; }
    std::optional<Fault> operator()(const k::VmFault& fault) const {
        return VmFault{fault.address, fault.prefetch, fault.esr.raw()};
    }
    std::optional<Fault> operator()(const k::UnknownSyscall& fault) const {
        return UnknownSyscall{fault.number};
    }
    std::optional<Fault> operator()(const k::UserException& fault) const {
        return UserException{fault.esr.raw()};
    }
    std::optional<Fault> operator()(const k::CapFault& fault) const {
        const auto words = fault.failure.words();
        return CapFault{
            fault.cptr,
            fault.receiving,
            {LookupError(static_cast<Word>(fault.failure.type())), {words.begin(), words.end()}}};
    }
};

} // namespace

#endif

#if SPEC_CHAPTER >= 12

/// They are in the processor, or where they have been saved.
const k::arch::FpuState& Survey::fpu_of(const k::Tcb& thread) const {
    const bool in_processor = machine_.state().objects.fpu.owner() == &thread;
    return in_processor ? k::arch::fake_fpu : thread.fpu;
}

void Survey::describe_thread(Name name, const k::Tcb& thread) {
    describe_registers(name, thread);
    Thread& made = world_.threads[name];
    made.state = state_of(thread);
    if (thread.state != k::ThreadState::Running) made.registers[reg::pc] = thread.restart_pc;
    made.priority = thread.priority;
    made.max_priority = thread.mcp;
    made.domain = thread.domain;
    made.fpu = fpu_of(thread).v[0].low;
    made.flags = thread.flags.raw();
    made.fault_handler = thread.fault_handler;
    made.buffer_address = thread.buffer_address;
    made.ticks = thread.ticks_left;
    #if SPEC_CHAPTER >= 15
    if (thread.notification != nullptr) {
        made.notification = Name{Kind::Notification, address_of(thread.notification)};
    }
    #endif
    #if SPEC_CHAPTER >= 16
    made.fault = std::visit(Translate{}, thread.fault);
    #endif
}

void Survey::describe_scheduler() {
    if (const k::Tcb* running = machine_.running()) {
        world_.scheduler.running = Name{Kind::Thread, address_of(running)};
    }
    const auto& ready = machine_.state().objects.scheduler.ready();
    for (unsigned priority = 0; priority <= 255; ++priority) {
        const auto& queue = ready.queue(static_cast<k::u8>(priority));
        if (queue.empty()) continue;
        world_.scheduler.ready[priority] = queued(queue);
    }
}

#else

void Survey::describe_thread(Name name, const k::Tcb& thread) {
    describe_registers(name, thread);
    Thread& made = world_.threads[name];
    world_.slots[{root_, place::thread}].capability = ThreadCap{name}; // that it has in 12
    #if SPEC_CHAPTER >= 11
    made.buffer_address = thread.buffer_address;
    #else
    made.buffer_address = 8 * buffer::words; // an offset of 0 in a frame of that size
    const Word address = address_of(thread.ipc_buffer);
    world_.slots[slot_of(name, ThreadSlot::Buffer)].capability =
        FrameCap{address, 10, false, Access::ReadWrite, {}};
    describe_memory(address, 8 * buffer::words);
    #endif
    if (thread.state == k::ThreadState::Running) made.state = Runnable{};
}

void Survey::describe_scheduler() {
    if (const k::Tcb* running = machine_.running()) {
        world_.scheduler.running = Name{Kind::Thread, address_of(running)};
    }
}

#endif

namespace {

/// Whether all from the one behind `a` up to `b` are descendants of `a`. That it may be the parent
/// of `b` alone is not enough: a family with the same badge may begin between the two.
bool is_ancestor(const k::Slot& a, const k::Slot& b) {
    const k::Slot* slot = &b;
    while (slot != &a && is_parent(a, *slot)) {
        slot = slot->previous;
    }
    return slot == &a;
}

} // namespace

/// The list is the tree, depth first: the nearest ancestor before a slot is its parent.
void Survey::list_children(const k::Slot* first) {
    if (is<ReplyCap>(translated(first->cap))) return; // they are in no tree of the model's
    for (const k::Slot* slot = first->next.get(); slot != nullptr; slot = slot->next.get()) {
        const k::Slot* parent = slot->previous;
        while (parent != nullptr && !is_ancestor(*parent, *slot)) {
            parent = parent->previous;
        }
        if (parent == nullptr) continue;
        world_.slots.at(names_.at(slot)).parent = names_.at(parent);
        world_.slots.at(names_.at(parent)).children.push_back(names_.at(slot));
    }
}

} // namespace spec
