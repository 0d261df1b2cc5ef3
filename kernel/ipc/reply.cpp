#include "ipc/reply.hpp"

#include "ipc/fault.hpp"
#include "ipc/transfer.hpp"

namespace k {

ThreadState await_reply(Tcb& caller, Rights asked, Tcb& receiver, Rights received) noexcept {
    if (!asked[Rights::grant] && !asked[Rights::grant_reply]) return ThreadState::Inactive;
    Slot& own = caller.slot(ThreadSlot::Reply);
    plant(own, Cap<Reply>::make(caller, false));
    derive(receiver.slot(ThreadSlot::Caller), Cap<Reply>::make(caller, received[Rights::grant]),
           own, Birth::Copy);
    return ThreadState::BlockedOnReply;
}

void reply(Scheduler& scheduler, Tcb& replier, Slot& slot) noexcept {
    Tcb& caller = slot.cap.as<Reply>()->caller();
    bool goes_on = true;
    if (caller.has_fault())
        goes_on = end_fault(caller, replier);
    else
        transfer(replier, caller, slot.cap, 0);
    void_reply(caller);
    if (goes_on)
        scheduler.wake(caller);
    else
        caller.state = ThreadState::Inactive;
}

void void_reply(Tcb& caller) noexcept {
    Slot& own = caller.slot(ThreadSlot::Reply);
    if (own.is_empty()) return;
    if (Slot* const given = own.next.get(); given != nullptr) remove(*given);
    remove(own);
}

} // namespace k
