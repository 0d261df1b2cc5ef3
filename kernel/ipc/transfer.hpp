/// \file
/// What of a message goes where.
#pragma once

#include "object/tcb.hpp"

namespace k {

/// Gives `to` the message in `from`'s registers and IPC buffer. The first four words go from
/// register to register, the others from buffer to buffer: if either thread has none that it may
/// use like that, the message is cut. seL4 manual, "IPC Buffer". Capabilities come with it if the
/// sender may grant any.
/// \param through  the capability through which it is sent, to an endpoint or an answer
/// \param badge    of that capability
void transfer(Tcb& from, Tcb& to, const Capability& through, u64 badge) noexcept;

} // namespace k
