/// \file
/// The methods of TCBs that say what a thread finds its capabilities, its memory and its messages
/// in. seL4 manual, "seL4_TCB_Configure" and those beside it.
#include "abi/invocations.hpp"
#include "object/cnode.hpp"
#include "object/derive.hpp"
#include "object/frame.hpp"
#include "object/vspace.hpp"
#include "object/zombie.hpp"
#include "syscall/invoke_tcb.hpp"

namespace k {

namespace {

using abi::Error;
namespace args = abi::args;

/// The capabilities that a thread is to hold as its roots, and whom to tell of its faults.
struct Space {
    Copy cspace;
    Copy vspace;
    u64 fault_handler;
};

/// Where a thread is to have its messages: nowhere, if there is no frame.
struct Buffer {
    u64 address;
    std::optional<Copy> frame;
};

/// A copy of an extra capability, to an Object, that a thread is to hold.
template <class Object>
Result<Copy> decode_copy(const Invocation& invocation, usize cap, ThreadSlot to,
                         std::optional<u64> data = {}) noexcept {
    Slot& slot = invoked_thread(invocation).slot(to);
    const auto copy = copy_of(invocation.extra_slot(cap), slot, all_rights, data);
    if (!copy) return fail(copy.error());
    if (!copy->cap.as<Object>()) return fail(Error::IllegalOperation);
    return *copy;
}

Result<Buffer> decode_buffer(const Invocation& invocation, usize cap, u64 address) noexcept {
    if (address == 0) return Buffer{0, std::nullopt};
    const Copy frame = K_TRY(decode_copy<Frame>(invocation, cap, ThreadSlot::IpcBuffer));
    if (frame.cap.as<Frame>()->is_device()) return fail(Error::IllegalOperation);
    if (!VirtAddr{address}.aligned(abi::ipc_buffer_bits)) return fail(Error::AlignmentError);
    return Buffer{address, frame};
}

/// Whether emptying a slot may take long. A thread gets other roots in one go or not at all.
bool holds_much(const Slot& slot) noexcept {
    return slot.cap.as<Zombie>() || (slot.cap.as<CNode>() && is_final(slot));
}

/// Configure and SetSpace name all this alike.
template <class Arguments>
Result<Space> decode_space(const Invocation& invocation, const Arguments& arguments) noexcept {
    Tcb& thread = invoked_thread(invocation);
    if (holds_much(thread.slot(ThreadSlot::CSpaceRoot)) ||
        holds_much(thread.slot(ThreadSlot::VSpaceRoot)))
        return fail(Error::IllegalOperation);
    const u64 guard = arguments.cspace_root_data();
    const Copy cspace =
        K_TRY(decode_copy<CNode>(invocation, Arguments::cspace_root, ThreadSlot::CSpaceRoot,
                                 guard != 0 ? std::optional{guard} : std::nullopt));
    const Copy vspace =
        K_TRY(decode_copy<VSpace>(invocation, Arguments::vspace_root, ThreadSlot::VSpaceRoot));
    return Space{cspace, vspace, arguments.fault_ep()};
}

void empty(Slot& slot, KernelObjects& kernel) noexcept {
    [[maybe_unused]] const Progress progress = kernel.graveyard.erase(slot, kernel);
    K_ASSERT(progress == Progress::Done);
}

void replace(const Copy& copy, KernelObjects& kernel) noexcept {
    empty(*copy.destination, kernel);
    perform(copy);
}

void perform(const Space& plan, Tcb& thread, KernelObjects& kernel) noexcept {
    thread.fault_handler = plan.fault_handler;
    replace(plan.cspace, kernel);
    replace(plan.vspace, kernel);
    if (&thread == kernel.scheduler.current())
        kernel.asids.space_of(thread.slot(ThreadSlot::VSpaceRoot).cap).enter();
}

void perform(const Buffer& plan, Tcb& thread, KernelObjects& kernel) noexcept {
    empty(thread.slot(ThreadSlot::IpcBuffer), kernel);
    if (plan.frame) perform(*plan.frame);
    thread.buffer_address = plan.address;
}

} // namespace

Result<Progress> invoke_configure(const Invocation& invocation) noexcept {
    using Arguments = args::TCBConfigure;
    K_TRY(require(invocation, Arguments::length, Arguments::cap_count));
    const Arguments arguments{invocation.message.words()};
    const Buffer buffer =
        K_TRY(decode_buffer(invocation, Arguments::buffer_frame, arguments.buffer()));
    const Space space = K_TRY(decode_space(invocation, arguments));
    perform(space, invoked_thread(invocation), invocation.kernel);
    perform(buffer, invoked_thread(invocation), invocation.kernel);
    return Progress::Done;
}

Result<Progress> invoke_set_space(const Invocation& invocation) noexcept {
    using Arguments = args::TCBSetSpace;
    K_TRY(require(invocation, Arguments::length, Arguments::cap_count));
    const Arguments arguments{invocation.message.words()};
    const Space space = K_TRY(decode_space(invocation, arguments));
    perform(space, invoked_thread(invocation), invocation.kernel);
    return Progress::Done;
}

Result<Progress> invoke_set_ipc_buffer(const Invocation& invocation) noexcept {
    using Arguments = args::TCBSetIPCBuffer;
    K_TRY(require(invocation, Arguments::length, Arguments::cap_count));
    const Arguments arguments{invocation.message.words()};
    const Buffer buffer =
        K_TRY(decode_buffer(invocation, Arguments::buffer_frame, arguments.buffer()));
    perform(buffer, invoked_thread(invocation), invocation.kernel);
    return Progress::Done;
}

} // namespace k
