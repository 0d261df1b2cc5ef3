/// \file
/// The part of the kernel's state that objects live by.
#pragma once

#include "lifecycle/graveyard.hpp"
#include "object/asid.hpp"
#include "sched/domain_schedule.hpp"
#include "sched/fpu.hpp"
#include "sched/scheduler.hpp"

namespace k {

/// What the kernel itself remembers of objects, and from which they have to be removed when they
/// die.
struct KernelObjects {
    Scheduler scheduler{};
    DomainSchedule domains{};
    Fpu fpu{};
    AsidTable asids{};
    Graveyard graveyard{}; ///< what has been deleted, but not all of it yet
};

} // namespace k
