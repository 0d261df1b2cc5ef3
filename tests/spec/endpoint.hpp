/// \file
/// Endpoints and replies. SEMANTICS 2; seL4 manual, "Message Passing (IPC)".
#pragma once

#include "world.hpp"

namespace spec {

/// A message, or the fault of \p sender, goes to the first receiver, or the sender waits for one.
/// \param blocking if not, and nobody receives, the message is dropped.
void send(World& world, Name sender, const Sending& terms, bool blocking);

/// Recv and NBRecv on an endpoint, all checks passed.
void receive(World& world, Name receiver, const EndpointCap& through, bool blocking);

/// \p replier answers the thread that a reply capability in \p slot names; the capability is used
/// up.
void reply(World& world, Name replier, SlotName slot);

/// CancelBadgedSends: "every queued sender with that badge repeats its system call".
void cancel_sends(World& world, Name name, Word badge);

/// The last capability to an endpoint is gone.
void destroy_endpoint(World& world, Name name);

} // namespace spec
