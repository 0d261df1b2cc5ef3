/// \file
/// A thread: what runs, and all that has to be kept while it does not.
#pragma once

#include "abi/ipc_buffer.hpp"
#include "abi/objects.hpp"
#include "abi/words.hpp"
#include "arch/user_context.hpp"
#include "object/fault.hpp"
#include "object/frame.hpp"
#include "object/slot.hpp"

#include <array>

namespace k {

class Notification;

enum class ThreadState : u8 {
    Inactive,              ///< waits for nothing: it does not run until somebody makes it
    Running,               ///< on the processor, or ready for it
    BlockedOnSend,         ///< at an endpoint, until somebody receives its message
    BlockedOnReceive,      ///< at an endpoint, until somebody sends one
    BlockedOnReply,        ///< until whoever has received its call answers (ipc/reply.hpp)
    BlockedOnNotification, ///< until somebody signals
};

/// How many ticks a thread runs before it is the turn of another one of its priority.
inline constexpr u8 ticks_in_slice = 5;

/// The capabilities that a thread itself holds, in slots like all others.
enum class ThreadSlot : u8 { CSpaceRoot, VSpaceRoot, Reply, Caller, IpcBuffer };

inline constexpr usize thread_slots = 5;

/// log2 of the bytes of a thread control block
inline constexpr unsigned tcb_bits = abi::size_bits(abi::ObjectType::TCB, 0);

/// Thread control block. It is an object of a fixed size, whose memory comes from an untyped.
///
/// A thread has two places where it may go on. `context.pc` is where it does once it has what it
/// waits for; `restart_pc` is the instruction that made it wait: the SVC of a system call, or the
/// one that was the fault. So whoever answers a thread just lets it run, and whoever makes it run
/// without an answer has it execute that instruction again. As long as a thread is Running only the
/// first means anything.
struct alignas(bit(tcb_bits)) Tcb {
    std::array<Slot, thread_slots> slots{};
    arch::UserContext context{};
    arch::FpuState fpu{}; ///< while they are not in the processor (sched/fpu.hpp)
    u64 restart_pc = 0;

    ThreadState state = ThreadState::Inactive;
    u8 priority = 0;
    u8 mcp = 0; ///< maximum controlled priority: the highest that it may give to a thread
    u8 domain = 0;
    u8 ticks_left = ticks_in_slice;
    abi::TcbFlags flags{};

    Tcb* previous = nullptr; ///< in the queue that it is in: object/thread_queue.hpp
    Tcb* next = nullptr;

    /// A note of the capability through which the thread waits at an endpoint or a notification:
    /// whatever happens to that, its badge and its rights count as they were when the call was
    /// made. The object is there as long as the thread waits.
    Capability waiting_through{};
    bool is_calling = false; ///< while BlockedOnSend: an answer is what it really waits for

    Notification* notification = nullptr; ///< bound to the thread; it knows the thread, too

    u64 fault_handler = 0;  ///< a CPtr of its own CSpace
    Fault fault{};          ///< while BlockedOnSend or BlockedOnReply: why its handler is called
    u64 buffer_address = 0; ///< as the program sees it; the place within the frame counts

    std::array<char, 32> name{}; ///< for people to read; the end of a long one is cut

    /// Whether what it sends, or waits for an answer to, is not a message of its own but a fault.
    [[nodiscard]] bool has_fault() const noexcept { return fault.index() != 0; }

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

static_assert(sizeof(Tcb) == bit(tcb_bits));

template <>
inline constexpr CapType cap_type_of<Tcb> = CapType::TCB;

template <>
class Cap<Tcb> : public CapBase<Tcb> {
  public:
    [[nodiscard]] static constexpr Capability make(PhysAddr address) noexcept {
        return CapBase::make(address, 0, 0);
    }

    [[nodiscard]] Tcb& thread() const noexcept { return *arch::window.at<Tcb>(address()); }

  private:
    friend class Capability;
    using CapBase::CapBase;
};

} // namespace k
