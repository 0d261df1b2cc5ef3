/// \file
/// Signals, and threads that wait for them. seL4 manual, "Notifications".
#pragma once

#include "object/notification.hpp"
#include "sched/scheduler.hpp"

namespace k {

/// Tells the first thread that waits, or the bound one if it waits for a message instead. If
/// neither does, the signal is kept. Whoever signals never waits.
void signal(Scheduler& scheduler, Notification& notification, u64 badge) noexcept;

/// Gives `thread` what has been signalled. With nothing there the thread waits, or learns from a
/// badge of 0 that there is nothing.
/// \pre `through` may read, and no other thread is bound
void await_signal(Scheduler& scheduler, Tcb& thread, const Cap<Notification>& through,
                  bool blocking) noexcept;

/// A thread that waits for messages hears signals, too, when it has a notification bound to it.
/// \return whether there was one, which the thread now has instead of a message
[[nodiscard]] bool take_bound_signal(Tcb& thread) noexcept;

/// \pre neither is bound, and nobody waits at the notification
void bind(Tcb& thread, Notification& notification) noexcept;

/// No effect if nothing is bound to the thread.
void unbind(Tcb& thread) noexcept;

/// Makes a notification that is about to go leave all threads alone: it is unbound, and those who
/// wait make their calls again.
void dissolve(Scheduler& scheduler, Notification& notification) noexcept;

} // namespace k
