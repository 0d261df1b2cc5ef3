/// \file
/// What the methods of TCBs have in common.
#pragma once

#include "lifecycle/thread.hpp"
#include "syscall/invocation.hpp"

namespace k {

/// \pre the invoked capability is to a TCB
[[nodiscard]] inline Tcb& invoked_thread(const Invocation& invocation) noexcept {
    return invocation.slot->cap.as<Tcb>()->thread();
}

[[nodiscard]] Result<Progress> invoke_read_registers(const Invocation& invocation) noexcept;
[[nodiscard]] Result<Progress> invoke_write_registers(const Invocation& invocation) noexcept;
[[nodiscard]] Result<Progress> invoke_copy_registers(const Invocation& invocation) noexcept;

/// Configure, SetSpace and SetIPCBuffer.
[[nodiscard]] Result<Progress> invoke_configure(const Invocation& invocation) noexcept;
[[nodiscard]] Result<Progress> invoke_set_space(const Invocation& invocation) noexcept;
[[nodiscard]] Result<Progress> invoke_set_ipc_buffer(const Invocation& invocation) noexcept;

} // namespace k
