/// \file
/// Notifications. SEMANTICS 3; seL4 manual, "Notifications".
#pragma once

#include "world.hpp"

namespace spec {

void signal(World& world, Name name, Word badge);

/// Recv and NBRecv on a notification, all checks passed.
void wait(World& world, Name thread, Name name, bool blocking);

/// A thread that receives on an endpoint takes what its bound notification holds. \return whether
/// it did.
bool take_bound_signal(World& world, Name thread);

void unbind(World& world, Name name);

/// The last capability to a notification is gone.
void destroy_notification(World& world, Name name);

} // namespace spec
