/// \file
/// A thread: what runs, and all that has to be kept while it does not.
#pragma once

#include "abi/ipc_buffer.hpp"
#include "abi/objects.hpp"
#include "arch/user_context.hpp"

namespace k {

enum class ThreadState : u8 {
    Inactive, ///< waits for nothing: it does not run until somebody makes it
    Running,  ///< on the processor, or ready for it
};

/// Thread control block. It is an object of a fixed size, whose memory comes from an untyped.
struct alignas(bit(abi::size_bits(abi::ObjectType::TCB, 0))) Tcb {
    arch::UserContext context{};
    arch::FpuState fpu{};
    ThreadState state = ThreadState::Inactive;
    abi::IpcBuffer* ipc_buffer = nullptr; ///< as the window shows it; none without one
};

static_assert(sizeof(Tcb) == bit(abi::size_bits(abi::ObjectType::TCB, 0)));

} // namespace k
