/// \file
/// Endpoints, through which threads meet. seL4 manual, "Message Passing (IPC)".
#pragma once

#include "object/badged.hpp"

namespace k {

/// Sixteen bytes of zeros so far: nobody can wait here yet.
struct Endpoint;

template <>
inline constexpr CapType cap_type_of<Endpoint> = CapType::Endpoint;

template <>
class Cap<Endpoint> : public BadgedCap<Endpoint> {
    friend class Capability;
    using BadgedCap::BadgedCap;
};

} // namespace k
