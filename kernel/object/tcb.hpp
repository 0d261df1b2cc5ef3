/// \file
/// A thread: what runs, and all that has to be kept while it does not.
#pragma once

#include "abi/ipc_buffer.hpp"
#include "abi/objects.hpp"
#include "arch/user_context.hpp"
#include "object/slot.hpp"

#include <array>

namespace k {

enum class ThreadState : u8 {
    Inactive, ///< waits for nothing: it does not run until somebody makes it
    Running,  ///< on the processor, or ready for it
};

/// The capabilities that a thread itself holds, in slots like all others.
enum class ThreadSlot : u8 { CSpaceRoot, VSpaceRoot, Reply, Caller, IpcBuffer };

/// Thread control block. It is an object of a fixed size, whose memory comes from an untyped.
struct alignas(bit(abi::size_bits(abi::ObjectType::TCB, 0))) Tcb {
    std::array<Slot, 5> slots{};
    arch::UserContext context{};
    arch::FpuState fpu{};
    ThreadState state = ThreadState::Inactive;
    abi::IpcBuffer* ipc_buffer = nullptr; ///< as the window shows it; none without one

    [[nodiscard]] Slot& slot(ThreadSlot which) noexcept { return slots[static_cast<usize>(which)]; }
};

static_assert(sizeof(Tcb) == bit(abi::size_bits(abi::ObjectType::TCB, 0)));

} // namespace k
