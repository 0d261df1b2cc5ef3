#include "crowd_model.hpp"

#include "invariants/invariants.hpp"
#include "lifecycle/thread.hpp"
#include "object/derive.hpp"
#include "object/frame.hpp"
#include "object/notification.hpp"
#include "syscall/reply.hpp"

#include <algorithm>
#include <cstring>

namespace k::test {

struct Crowd::Memory {
    struct alignas(page_bytes) Page {
        abi::IpcBuffer buffer;
        std::array<u8, page_bytes - sizeof(abi::IpcBuffer)> rest;
    };

    std::array<Page, size> pages{};
    std::array<Tcb, size> threads{};
    alignas(sizeof(Slot) * bit(radix)) std::array<Slot, bit(radix)> root{};
    alignas(sizeof(Slot) * 4) std::array<Slot, 4> small{};
    alignas(16) std::array<Endpoint, 2> endpoints{};
    alignas(32) std::array<u8, 32> notification{};
};

Crowd::Crowd() : memory_{new Memory{}} {
    Memory& m = *memory_;
    kernel().initial_cspace = m.root;
    const auto at = [](const auto& object) { return arch::window.phys(&object); };
    const auto guard = abi::CNodeData{}.with(abi::CNodeData::guard_size, 64 - radix);
    plant(slot(root), Cap<CNode>::make(at(m.root), radix, guard));
    plant(slot(small_cnode), Cap<CNode>::make(at(m.small), 2));
    plant(slot(endpoint), Cap<Endpoint>::make(at(m.endpoints[0])));
    plant(slot(other_endpoint), Cap<Endpoint>::make(at(m.endpoints[1])));
    plant(slot(notification), Cap<Notification>::make(at(m.notification)));
    for (usize i = 0; i < size; ++i) {
        Tcb& thread = m.threads[i];
        plant(slot(tcbs + i), Cap<Tcb>::make(at(thread)));
        plant(slot(buffers + i), Cap<Frame>::make(at(m.pages[i]), arch::PageSize::Small, false));
        derive(thread.slot(ThreadSlot::CSpaceRoot), slot(root).cap, slot(root), Birth::Copy);
        derive(thread.slot(ThreadSlot::IpcBuffer), slot(buffers + i).cap, slot(buffers + i),
               Birth::Copy);
        thread.priority = priority;
        if (i != 0) resume(thread, kernel());
    }
    m.threads[0].state = ThreadState::Running;
    scheduler().start(m.threads[0]);
    scheduler().next();
}

Crowd::~Crowd() = default;

Tcb& Crowd::thread(usize which) {
    return memory_->threads[which];
}

Slot& Crowd::slot(u64 cptr) {
    return memory_->root[cptr];
}

Slot& Crowd::small_slot(u64 index) {
    return memory_->small[index];
}

abi::IpcBuffer& Crowd::buffer(usize which) {
    return memory_->pages[which].buffer;
}

usize Crowd::running() {
    for (usize i = 0; i < size; ++i)
        if (scheduler().current() == &thread(i)) return i;
    return size;
}

void Crowd::turn_to(usize which) {
    for (usize i = 0; i < size && running() != which; ++i) {
        scheduler().yield();
        scheduler().next();
    }
    ASSERT_EQ(running(), which) << "it cannot run";
}

void Crowd::load(usize who, u64 cptr, const Letter& letter) {
    auto& x = thread(who).context.x;
    x[0] = cptr;
    x[1] = MessageInfo{}
               .with(MessageInfo::label, letter.label)
               .with(MessageInfo::extra_caps, letter.caps.size())
               .with(MessageInfo::length, letter.words.size())
               .raw();
    for (usize i = 0; i < letter.words.size(); ++i)
        (i < abi::message_registers ? x[2 + i] : buffer(who).message[i]) = letter.words[i];
    std::ranges::copy(letter.caps, buffer(who).caps_or_badges.begin());
}

void Crowd::enter(usize who, Syscall what) {
    Tcb& caller = thread(who);
    caller.context.x[7] = static_cast<u64>(what);
    caller.context.pc = svc + 4;
    EXPECT_EQ(handle_system_call(state_), KernelExit::Resume);
    scheduler().next();
    check();
}

void Crowd::call(usize who, Syscall what, u64 cptr, const Letter& letter) {
    turn_to(who);
    load(who, cptr, letter);
    enter(who, what);
}

void Crowd::call_with_info(usize who, Syscall what, u64 cptr, MessageInfo info) {
    turn_to(who);
    thread(who).context.x[0] = cptr;
    thread(who).context.x[1] = info.raw();
    enter(who, what);
}

abi::Error Crowd::invoke(usize who, u64 cptr, u64 label, std::initializer_list<u64> words,
                         std::initializer_list<u64> caps) {
    call(who, Syscall::Call, cptr, {label, words, caps});
    return static_cast<abi::Error>(info(who)[MessageInfo::label]);
}

MessageInfo Crowd::info(usize who) {
    return MessageInfo{thread(who).context.x[1]};
}

Letter Crowd::received(usize who) {
    Letter letter{info(who)[MessageInfo::label]};
    for (usize i = 0; i < info(who)[MessageInfo::length]; ++i)
        letter.words.push_back(i < abi::message_registers ? thread(who).context.x[2 + i]
                                                          : buffer(who).message[i]);
    return letter;
}

void Crowd::mint(u64 to, u64 from, u64 badge, Rights rights) {
    const auto plan =
        copy_of(slot(from), slot(to), rights, badge == 0 ? std::nullopt : std::optional{badge});
    ASSERT_TRUE(plan);
    perform(*plan);
}

void Crowd::erase(u64 cptr) {
    EXPECT_EQ(kernel().graveyard.erase(slot(cptr), kernel()), Progress::Done);
    scheduler().next();
    check();
}

void Crowd::weaken_buffer(usize who, Rights rights) {
    Capability& cap = thread(who).slot(ThreadSlot::IpcBuffer).cap;
    cap = cap.as<Frame>()->masked(rights);
}

void Crowd::ask_for_capability(usize who, u64 cnode, u64 index, u64 depth) {
    abi::IpcBuffer& place = buffer(who);
    place.receive_cnode = cnode;
    place.receive_index = index;
    place.receive_depth = depth;
}

std::vector<usize> Crowd::queue(u64 cptr) {
    std::vector<usize> found;
    for (const Tcb* at = slot(cptr).cap.as<Endpoint>()->object().queue.front(); at != nullptr;
         at = at->next)
        found.push_back(static_cast<usize>(at - memory_->threads.data()));
    return found;
}

void Crowd::check() {
    check_every_invariant(scheduler());
    check_every_invariant(kernel().graveyard);
    // Some tests make more than a census can hold.
    static_cast<void>(invariants::check_everything(kernel()));
}

} // namespace k::test
