/// \file
/// What the first program gets of the machine's addresses, as untyped memory.
#pragma once

#include "abi/boot_info.hpp"
#include "boot/machine.hpp"
#include "boot/memory_map.hpp"

namespace k {

/// What is given out ends here, be it memory or a device's.
inline constexpr PhysAddr untyped_end{bit(40)};

/// Makes `devices` a map of all addresses, in which those are free that are neither memory nor the
/// interrupt controller's, which the kernel keeps to itself.
[[nodiscard]] TreeResult<Ok> find_devices(const MemoryMap& memory, const Gic& gic,
                                          MemoryMap& devices) noexcept;

/// Cuts what is free into the largest pieces that can be untypeds: devices first, then memory, each
/// in ascending order. \pre boot takes no more memory
/// \param room  for the list; what does not fit is lost
/// \returns the part of `room` that is in use now
[[nodiscard]] std::span<abi::UntypedDescription>
list_untypeds(const MemoryMap& memory, const MemoryMap& devices,
              std::span<abi::UntypedDescription> room) noexcept;

} // namespace k
