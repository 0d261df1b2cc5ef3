/// \file
/// Notifications, by which threads are told that something has happened. seL4 manual,
/// "Notifications".
#pragma once

#include "object/badged.hpp"

namespace k {

/// Thirty-two bytes of zeros so far: nobody can signal or wait here yet.
struct Notification;

template <>
inline constexpr CapType cap_type_of<Notification> = CapType::Notification;

template <>
class Cap<Notification> : public BadgedCap<Notification> {
    friend class Capability;
    using BadgedCap::BadgedCap;
};

} // namespace k
