/// \file
/// Interrupts as capabilities.
#pragma once

#include "lib/notification.hpp"

namespace user {

/// A capability to one interrupt.
class IrqHandler : public Capability {
  public:
    using Capability::Capability;

    /// Lets the interrupt come again.
    [[nodiscard]] Status acknowledge() const noexcept {
        return status_of(seL4_IRQHandler_Ack(cptr()));
    }

    /// What the interrupt signals from now on.
    [[nodiscard]] Status set_notification(Notification notification) const noexcept {
        return status_of(seL4_IRQHandler_SetNotification(cptr(), notification.cptr()));
    }

    [[nodiscard]] Status clear() const noexcept { return status_of(seL4_IRQHandler_Clear(cptr())); }
};

/// The capability to hand out interrupts.
class IrqControl : public Capability {
  public:
    using Capability::Capability;

    /// Puts the handler of interrupt `number` into an empty slot of the program's own.
    [[nodiscard]] Result<IrqHandler> get(u64 number, u64 slot) const noexcept {
        K_TRY(status_of(seL4_IRQControl_Get(cptr(), number, own_cspace.cptr(), slot, 64)));
        return IrqHandler{slot};
    }

    /// Likewise, and says how the interrupt is triggered.
    [[nodiscard]] Result<IrqHandler> get(u64 number, seL4_ARM_IRQTrigger trigger,
                                         u64 slot) const noexcept {
        K_TRY(status_of(
            seL4_IRQControl_GetTrigger(cptr(), number, trigger, own_cspace.cptr(), slot, 64)));
        return IrqHandler{slot};
    }
};

inline constexpr IrqControl irq_control{k::abi::InitialSlot::IRQControl};

} // namespace user
