/// \file
/// What a survey finds out about threads, what they wait for, and who runs.
#include "object/endpoint.hpp"
#include "object/notification.hpp"
#include "survey.hpp"
#include "thread.hpp"
#include "translate.hpp"

#include <bit>
#include <stdexcept>

namespace spec {

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

} // namespace spec
