/// \file
/// The generic timer: a counter that never stops, and one alarm for each core.
#pragma once

#include "base/types.hpp"

namespace k::dev::timer {

/// How much the counter counts in a second.
[[nodiscard]] u64 frequency() noexcept;

/// What the counter shows. It is the virtual one, whose hardware a hypervisor can lend out.
[[nodiscard]] u64 now() noexcept;

/// Has the interrupt raised as soon as the counter shows `count` or more: at once, should that be
/// past. It stays raised until there is another alarm or none.
void set_alarm(u64 count) noexcept;

/// The count that the alarm was last set to.
[[nodiscard]] u64 alarm() noexcept;

void cancel_alarm() noexcept;

/// `count` in microseconds.
[[nodiscard]] u64 microseconds(u64 count) noexcept;

} // namespace k::dev::timer
