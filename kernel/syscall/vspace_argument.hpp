/// \file
/// Address spaces, as invocations name them.
#pragma once

#include "object/asid.hpp"
#include "object/vspace.hpp"
#include "syscall/error.hpp"

namespace k {

/// A capability to an address space in which something can be mapped: it has been given an
/// identifier.
/// \param argument  which of the message's capabilities it is, for the error
[[nodiscard]] Result<Cap<VSpace>> require_vspace(const Capability& cap, u64 argument) noexcept;

/// The address space that has this identifier now.
[[nodiscard]] Result<AddressSpace> require_live(arch::Asid asid, const AsidTable& asids) noexcept;

/// The address space behind a capability, if the identifier that it was given is still its own.
[[nodiscard]] Result<AddressSpace> require_live(const Cap<VSpace>& vspace, const AsidTable& asids,
                                                u64 argument) noexcept;

} // namespace k
