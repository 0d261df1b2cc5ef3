/// \file
/// Capabilities in messages. seL4 manual, "Capability Transfer".
#pragma once

#include "abi/message.hpp"
#include "object/tcb.hpp"

namespace k {

/// Gives `to` the capabilities that come with `from`'s message, in order. One to the very endpoint
/// that the message goes through is *unwrapped*: its badge says all that it could be used for.
/// Another is copied to the slot that `to` has asked for; there is only one, so that is the end of
/// it, as is one that cannot be copied.
/// \param through  the capability through which the message is sent
/// \param arrived  the message as `to` is going to see it
/// \return that, with how many capabilities have been dealt with, and which have been unwrapped
[[nodiscard]] abi::MessageInfo transfer_capabilities(Tcb& from, Tcb& to, const Capability& through,
                                                     abi::MessageInfo arrived) noexcept;

} // namespace k
