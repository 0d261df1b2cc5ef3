/// \file
/// The way by which an exception came in.
#pragma once

#include "base/bitfield.hpp"

namespace k::arch {

/// The number of an exception vector: sixteen, four kinds of event from each of four origins.
/// Arm ARM, "Exception vectors".
struct Vector : Bits<Vector> {
    using Bits::Bits;
    enum class Event : u8 { Synchronous, Irq, Fiq, SError };
    enum class Origin : u8 { KernelOnUserSp, Kernel, User, User32 };
    static constexpr Field<1, 0, Event> event{};
    static constexpr Field<3, 2, Origin> origin{};
};

} // namespace k::arch
