/// \file
/// Domains: sets of threads that take turns by a fixed schedule.
#pragma once

#include "lib/tcb.hpp"

namespace user {

/// The capability to put threads into domains and to change their schedule.
class Domain : public Capability {
  public:
    using Capability::Capability;

    [[nodiscard]] Status put(Tcb thread, u8 domain) const noexcept {
        return status_of(seL4_DomainSet_Set(cptr(), domain, thread.cptr()));
    }

    /// Entry `index` of the schedule. \param duration  in ticks; 0 marks the end of the schedule
    [[nodiscard]] Status configure(u64 index, u8 domain, u64 duration) const noexcept {
        return status_of(seL4_DomainSet_ScheduleConfigure(cptr(), index, domain, duration));
    }

    /// Which entry the schedule goes on with.
    [[nodiscard]] Status set_start(u64 index) const noexcept {
        return status_of(seL4_DomainSet_ScheduleSetStart(cptr(), index));
    }
};

inline constexpr Domain own_domain{k::abi::InitialSlot::Domain};

} // namespace user
