/// \file
/// What of a message goes where.
#pragma once

#include "object/tcb.hpp"

namespace k {

/// Gives `to` the message in `from`'s registers and IPC buffer. The first four words go from
/// register to register, the others from buffer to buffer: if either thread has none that it may
/// use like that, the message is cut. seL4 manual, "IPC Buffer".
/// \param badge  of the capability through which the message is sent
void transfer(const Tcb& from, Tcb& to, u64 badge) noexcept;

} // namespace k
