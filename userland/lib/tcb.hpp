/// \file
/// Threads.
#pragma once

#include "lib/memory.hpp"
#include "lib/notification.hpp"

namespace user {

/// Where a thread keeps its messages: the buffer's address, and the frame that it is in.
struct BufferPlace {
    u64 address;
    Frame frame;
};

/// What a thread sees: capabilities and memory.
struct Surroundings {
    u64 fault_endpoint; ///< a CPtr in the thread's own capability space
    CNode cspace;
    u64 cspace_data; ///< the guard with which it sees `cspace`; 0 leaves it as it is
    VSpace vspace;
};

/// What the root task itself sees, and no fault handler.
inline constexpr Surroundings own_surroundings{0, own_cspace, 0, own_vspace};

/// Which registers CopyRegisters takes.
struct RegisterSets {
    bool frame;   ///< pc, sp, spsr, x0-x8, x16-x18, x29, x30
    bool integer; ///< the others
};

/// A capability to a thread.
class Tcb : public Capability {
  public:
    static constexpr auto object_type = k::abi::ObjectType::TCB;
    using Capability::Capability;

    [[nodiscard]] Status configure(const Surroundings& around, BufferPlace buffer) const noexcept;
    [[nodiscard]] Status set_space(const Surroundings& around) const noexcept;
    [[nodiscard]] Status set_buffer(BufferPlace buffer) const noexcept;

    /// \param authority  a thread whose maximum priority the new one must not exceed
    [[nodiscard]] Status set_priority(Tcb authority, u64 priority) const noexcept;
    [[nodiscard]] Status set_maximum_priority(Tcb authority, u64 priority) const noexcept;
    [[nodiscard]] Status set_priorities(Tcb authority, u64 maximum, u64 priority) const noexcept;

    /// Reads the first `count` registers, and suspends the thread if told to.
    [[nodiscard]] Status read(seL4_UserContext& registers, u64 count,
                              bool suspend = false) const noexcept;
    [[nodiscard]] Status write(const seL4_UserContext& registers, u64 count,
                               bool resume = false) const noexcept;

    /// Takes registers over from another thread, which is suspended if told to.
    [[nodiscard]] Status copy_from(Tcb source, RegisterSets sets, bool suspend_source = false,
                                   bool resume = false) const noexcept;

    [[nodiscard]] Status suspend() const noexcept;
    [[nodiscard]] Status resume() const noexcept;
    [[nodiscard]] Status bind(Notification notification) const noexcept;
    [[nodiscard]] Status unbind() const noexcept;
    [[nodiscard]] Status set_thread_register(u64 value) const noexcept; ///< tpidr_el0
    /// \returns the flags as they are now
    [[nodiscard]] Result<u64> set_flags(u64 clear, u64 set) const noexcept;

    /// What the kernel calls it. A debug call.
    void set_name(const char* name) const noexcept { seL4_DebugNameThread(cptr(), name); }
};

/// The root task's first thread.
inline constexpr Tcb own_tcb{k::abi::InitialSlot::InitThreadTCB};

} // namespace user
