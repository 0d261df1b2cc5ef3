/// \file
/// Words with fields of their own that users pass as arguments. Bits without a name are ignored.
#pragma once

#include "base/bitfield.hpp"

namespace k::abi {

/// What a capability allows, or an argument leaves of it.
struct CapRights : Bits<CapRights> {
    using Bits::Bits;
    static constexpr Bit<0> write{};
    static constexpr Bit<1> read{};
    static constexpr Bit<2> grant{};
    static constexpr Bit<3> grant_reply{};
    static constexpr Field<3, 0> all{};
};

/// The guard of a CNode capability: CPtr bits that must be found on the way to its slots.
struct CNodeData : Bits<CNodeData> {
    using Bits::Bits;
    static constexpr Field<63, 6> guard{};
    static constexpr Field<5, 0> guard_size{};
};

/// How memory is mapped.
struct VmAttributes : Bits<VmAttributes> {
    using Bits::Bits;
    static constexpr Bit<0> cacheable{};
    static constexpr Bit<1> parity{}; ///< without effect
    static constexpr Bit<2> execute_never{};
};

inline constexpr VmAttributes default_vm_attributes{3};

/// What a thread does not get.
struct TcbFlags : Bits<TcbFlags> {
    using Bits::Bits;
    static constexpr Bit<0> fpu_disabled{};
};

} // namespace k::abi
