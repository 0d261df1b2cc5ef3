#include "survey.hpp"

#include "object/cnode.hpp"
#include "object/derivation.hpp"
#if SPEC_CHAPTER >= 11
    #include "arch/user_space.hpp"
    #include "object/asid.hpp"
#endif
#include "thread.hpp"
#include "translate.hpp"

#include <bit>

namespace spec {

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

/// Who stands in the same list can be found from there, on either side, though no CPtr may lead to
/// it: a CNode that only it itself holds.
void Survey::add(const k::Slot& slot, SlotName name) {
    if (slot.is_empty() || !names_.emplace(&slot, name).second) return;
    const k::Slot* in_list = &slot;
    while (in_list->previous != nullptr) {
        in_list = in_list->previous;
    }
    if (!lists_.insert(in_list).second) return;
    for (; in_list != nullptr; in_list = in_list->next.get()) {
        add_holder(in_list->cap);
    }
}

/// What has slots of its own.
void Survey::add_holder(const k::Capability& cap) {
    if (const auto cnode = cap.as<k::CNode>()) {
        add_cnode(Name{Kind::CNode, cnode->address().raw()}, cnode->slots());
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
