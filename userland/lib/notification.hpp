/// \file
/// A word of bits that threads signal and wait for.
#pragma once

#include "lib/capability.hpp"

namespace user {

/// A capability to a notification. A signal brings the capability's badge.
class Notification : public Capability {
  public:
    static constexpr auto object_type = k::abi::ObjectType::Notification;
    using Capability::Capability;

    void signal() const noexcept { seL4_Signal(cptr()); }

    /// Waits for a signal. \returns the badges that have come, ORed
    [[nodiscard]] u64 wait() const noexcept {
        u64 badges = 0;
        seL4_Wait(cptr(), &badges);
        return badges;
    }

    /// What has come until now, or 0.
    [[nodiscard]] u64 poll() const noexcept {
        u64 badges = 0;
        seL4_Poll(cptr(), &badges);
        return badges;
    }
};

} // namespace user
