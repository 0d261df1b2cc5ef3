/// \file
/// Messages to kernel objects: system calls on capabilities.
#pragma once

#include "ipc/message.hpp"
#include "lifecycle/kernel_objects.hpp"
#include "state/kernel_exit.hpp"
#include "syscall/error.hpp"
#include "syscall/reply.hpp"

namespace k {

/// The slots of the capabilities that come with a message.
using ExtraSlots = FixedVector<Slot*, abi::extra_caps>;

/// A message to a capability, all of whose CPtrs have been followed.
struct Invocation {
    Slot* slot; ///< of the invoked capability
    Message message;
    KernelObjects& kernel;
    ResultWords& results;
    ExtraSlots extra_slots{};

    /// The slot of an extra capability. \pre so many came with the message
    [[nodiscard]] Slot& extra_slot(usize at) const noexcept { return *extra_slots.items()[at]; }

    [[nodiscard]] const Capability& extra_cap(usize at) const noexcept {
        return extra_slot(at).cap;
    }
};

/// Refuses a message of fewer words or capabilities than its method takes.
[[nodiscard]] Result<Ok> require(const Invocation& invocation, usize words,
                                 usize caps = 0) noexcept;

/// Does what a message asks of the object that the invoked capability is to.
[[nodiscard]] Result<Progress> invoke(const Invocation& invocation) noexcept;

/// The methods of an Untyped.
[[nodiscard]] Result<Progress> invoke_untyped(const Invocation& invocation) noexcept;

/// The methods of a CNode.
[[nodiscard]] Result<Progress> invoke_cnode(const Invocation& invocation) noexcept;

/// The methods of a TCB.
[[nodiscard]] Result<Progress> invoke_tcb(const Invocation& invocation) noexcept;

/// The methods of DomainSet.
[[nodiscard]] Result<Progress> invoke_domain(const Invocation& invocation) noexcept;

/// The methods of a Page: a frame that may be mapped.
[[nodiscard]] Result<Progress> invoke_page(const Invocation& invocation) noexcept;

/// The methods of a PageTable.
[[nodiscard]] Result<Progress> invoke_page_table(const Invocation& invocation) noexcept;

/// The methods of a VSpace.
[[nodiscard]] Result<Progress> invoke_vspace(const Invocation& invocation) noexcept;

/// The methods of ASIDControl.
[[nodiscard]] Result<Progress> invoke_asid_control(const Invocation& invocation) noexcept;

/// The methods of an ASIDPool.
[[nodiscard]] Result<Progress> invoke_asid_pool(const Invocation& invocation) noexcept;

} // namespace k
