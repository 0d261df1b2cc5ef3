/// \file
/// Calls to the firmware underneath the kernel (fake, for tests on the host).
#pragma once

#include "base/types.hpp"

namespace k::arch {

enum class Conduit : u8 { Hvc, Smc };

/// A call that the kernel made.
struct FirmwareCall {
    Conduit conduit;
    u32 function;
};

/// What answers calls; a test sets it. The default does nothing, as unhelpful firmware would.
inline void (*fake_firmware)(FirmwareCall) = [](FirmwareCall) {};

inline void firmware_call(Conduit conduit, u32 function) noexcept {
    fake_firmware({conduit, function});
}

} // namespace k::arch
