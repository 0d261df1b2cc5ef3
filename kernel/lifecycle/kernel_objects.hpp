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
    Graveyard graveyard{};                  ///< what has been deleted, but not all of it yet
    std::span<const Slot> initial_cspace{}; ///< the CNode that boot has filled. Its memory came
                                            ///< from no untyped, so it is never anything else
};

} // namespace k
