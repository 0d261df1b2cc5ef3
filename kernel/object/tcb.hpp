/// \file
/// A thread: what runs, and all that has to be kept while it does not.
#pragma once

#include "abi/ipc_buffer.hpp"
#include "abi/objects.hpp"
#include "arch/user_context.hpp"
#include "object/frame.hpp"
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
    u64 buffer_address =
        0; ///< of the IPC buffer, as the program sees it; its place in the frame counts

    [[nodiscard]] Slot& slot(ThreadSlot which) noexcept { return slots[static_cast<usize>(which)]; }

    [[nodiscard]] const Slot& slot(ThreadSlot which) const noexcept {
        return slots[static_cast<usize>(which)];
    }

    /// The IPC buffer to read from: in the frame that the thread holds a capability to, whatever is
    /// mapped where; nullptr if it holds none, or one that does not allow it.
    [[nodiscard]] const abi::IpcBuffer* readable_buffer() const noexcept {
        return buffer(Rights::read);
    }

    /// The same, to write to.
    [[nodiscard]] abi::IpcBuffer* writable_buffer() const noexcept { return buffer(Rights::write); }

  private:
    template <class Right>
    [[nodiscard]] abi::IpcBuffer* buffer(Right right) const noexcept {
        const auto frame = slot(ThreadSlot::IpcBuffer).cap.as<Frame>();
        if (!frame || !frame->rights()[right]) return nullptr;
        const u64 offset = buffer_address & (frame->bytes() - 1);
        return arch::window.at<abi::IpcBuffer>(frame->address() + offset);
    }
};

static_assert(sizeof(Tcb) == bit(abi::size_bits(abi::ObjectType::TCB, 0)));

} // namespace k
