/// \file
/// Messages to kernel objects: system calls on capabilities.
#pragma once

#include "lifecycle/graveyard.hpp"
#include "lifecycle/preemption.hpp"
#include "state/kernel_exit.hpp"
#include "syscall/error.hpp"
#include "syscall/message.hpp"

namespace k {

/// A message to a capability, all of whose CPtrs have been followed.
struct Invocation {
    Slot* slot; ///< of the invoked capability
    Message message;
    Graveyard& graveyard; ///< for what is deleted
    FixedVector<Slot*, abi::extra_caps> extra_slots{};
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

} // namespace k
