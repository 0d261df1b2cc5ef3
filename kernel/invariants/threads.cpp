#include "invariants/invariants.hpp"
#include "object/endpoint.hpp"
#include "object/notification.hpp"
#include "object/reply.hpp"

namespace k::invariants {

namespace {

/// The first thread in a queue of which `belongs` is not true, or whose links are wrong; nullptr if
/// there is none. A list whose links agree from the front on leads in no circle.
template <class Belongs>
const Tcb* stranger(const ThreadQueue& queue, Belongs belongs) noexcept {
    const Tcb* before = nullptr;
    for (const Tcb* at = queue.front(); at != nullptr; at = at->next) {
        if (at->previous != before || !belongs(*at)) return at;
        before = at;
    }
    if (before == queue.back()) return nullptr;
    return before != nullptr ? before : queue.back();
}

bool contains(const ThreadQueue& queue, const Tcb& thread) noexcept {
    const Tcb* at = queue.front();
    while (at != nullptr && at != &thread)
        at = at->next;
    return at != nullptr;
}

bool waits_at(const Tcb& thread, ThreadState state, PhysAddr object) noexcept {
    return thread.state == state && thread.waiting_through.address() == object;
}

const Tcb* stranger_at(const Cap<Endpoint>& cap) noexcept {
    const ThreadQueue& queue = cap.object().queue;
    const bool sending = !queue.empty() && queue.front()->state == ThreadState::BlockedOnSend;
    const auto state = sending ? ThreadState::BlockedOnSend : ThreadState::BlockedOnReceive;
    return stranger(queue,
                    [&](const Tcb& thread) { return waits_at(thread, state, cap.address()); });
}

const Tcb* stranger_at(const Cap<Notification>& cap) noexcept {
    return stranger(cap.object().waiters, [&](const Tcb& thread) {
        return waits_at(thread, ThreadState::BlockedOnNotification, cap.address());
    });
}

/// The first thread that is in a queue of an Object's and should not be.
template <class Object>
const Tcb* find_stranger(const Census& census) noexcept {
    const Slot* const slot = census.find_first<Object>(
        [](const Cap<Object>& cap) { return stranger_at(cap) != nullptr; });
    return slot != nullptr ? stranger_at(*slot->cap.as<Object>()) : nullptr;
}

/// The queue that a thread must be in as long as it waits; nullptr if it waits in none.
const ThreadQueue* place_of(const Tcb& thread) noexcept {
    switch (thread.state) {
    case ThreadState::BlockedOnSend:
    case ThreadState::BlockedOnReceive:
        return &thread.waiting_through.as<Endpoint>()->object().queue;
    case ThreadState::BlockedOnNotification:
        return &thread.waiting_through.as<Notification>()->object().waiters;
    case ThreadState::BlockedOnReply:
    case ThreadState::Inactive:
    case ThreadState::Running: return nullptr;
    }
    return nullptr;
}

/// The first thread in any ready queue that should not be there, or that the set of priorities with
/// anybody in their queues does not know of.
const Tcb* find_unready(const Scheduler& scheduler) noexcept {
    for (unsigned priority = 0; priority <= abi::max_priority; ++priority) {
        const ThreadQueue& queue = scheduler.ready().queue(static_cast<u8>(priority));
        const Tcb* const found = stranger(queue, [&](const Tcb& thread) {
            return thread.state == ThreadState::Running && thread.priority == priority &&
                   &thread != scheduler.current();
        });
        if (found != nullptr) return found;
    }
    return nullptr;
}

bool knows_its_queues(const ReadyQueues& ready) noexcept {
    PrioritySet in_use;
    for (unsigned priority = 0; priority <= abi::max_priority; ++priority)
        if (!ready.queue(static_cast<u8>(priority)).empty()) in_use.add(static_cast<u8>(priority));
    return in_use == ready.in_use();
}

/// The slot that holds the right to answer the thread that holds `own`, or has held it.
bool is_the_answer_to(const Slot& own, const Slot& slot) noexcept {
    return &slot == &own || slot.previous == &own;
}

} // namespace

Verdict ready_queues_hold_the_runnable(const Census& census) noexcept {
    const Scheduler& scheduler = census.kernel().scheduler;
    if (scheduler.undecided()) return {}; // somebody who has been woken may be in no queue yet
    if (!knows_its_queues(scheduler.ready())) return {&scheduler.ready(), "the set of priorities"};
    if (const Tcb* const unready = find_unready(scheduler)) return {unready, "who is ready"};
    const Tcb* const forgotten = census.find_thread([&](const Tcb& thread) {
        return thread.state == ThreadState::Running && &thread != scheduler.current() &&
               !contains(scheduler.ready().queue(thread.priority), thread);
    });
    return {forgotten, "who could run"};
}

Verdict queues_agree_with_states(const Census& census) noexcept {
    if (const Tcb* const thread = find_stranger<Endpoint>(census))
        return {thread, "at an endpoint"};
    if (const Tcb* const thread = find_stranger<Notification>(census))
        return {thread, "at a notification"};
    const Tcb* const absent = census.find_thread([](const Tcb& thread) {
        const ThreadQueue* const queue = place_of(thread);
        return queue != nullptr && !contains(*queue, thread);
    });
    return {absent, "who waits"};
}

Verdict signals_are_pending_or_awaited(const Census& census) noexcept {
    return {census.find_first<Notification>([](const Cap<Notification>& cap) {
        return cap.object().is_active() && !cap.object().waiters.empty();
    })};
}

Verdict bindings_are_mutual(const Census& census) noexcept {
    const Slot* const deceived = census.find_first<Notification>([](const Cap<Notification>& cap) {
        const Tcb* const bound = cap.object().bound();
        return bound != nullptr && bound->notification != &cap.object();
    });
    if (deceived != nullptr) return {deceived, "the notification's"};
    const Tcb* const deaf = census.find_thread([](const Tcb& thread) {
        return thread.notification != nullptr && thread.notification->bound() != &thread;
    });
    return {deaf, "the thread's"};
}

Verdict replies_are_unique_and_awaited(const Census& census) noexcept {
    const Slot* const surplus = census.find([](const Slot& slot) {
        const auto reply = slot.cap.as<Reply>();
        return reply && !is_the_answer_to(reply->caller().slot(ThreadSlot::Reply), slot);
    });
    if (surplus != nullptr) return {surplus, "who can answer"};
    const Tcb* const caller = census.find_thread([](const Tcb& thread) {
        const bool can_be_answered = !thread.slot(ThreadSlot::Reply).is_empty();
        return can_be_answered != (thread.state == ThreadState::BlockedOnReply);
    });
    return {caller, "who waits"};
}

Verdict faults_wait_for_a_handler(const Census& census) noexcept {
    return {census.find_thread([](const Tcb& thread) {
        const bool calls = thread.state == ThreadState::BlockedOnSend && thread.is_calling;
        return thread.has_fault() && !calls && thread.state != ThreadState::BlockedOnReply;
    })};
}

Verdict fpu_owner_is_a_thread(const Census& census) noexcept {
    const Tcb* const owner = census.kernel().fpu.owner();
    const bool is_there =
        owner == nullptr || !census.can_be_used(arch::window.phys(owner)) ||
        census.find_thread([&](const Tcb& thread) { return &thread == owner; }) != nullptr;
    return {is_there ? nullptr : owner};
}

} // namespace k::invariants
