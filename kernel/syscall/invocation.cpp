#include "syscall/invocation.hpp"

#include "ipc/reply.hpp"

namespace k {

Result<Ok> require(const Invocation& invocation, usize words, usize caps) noexcept {
    if (invocation.message.length() < words || invocation.extra_slots.size() < caps)
        return fail(abi::Error::TruncatedMessage);
    return Ok{};
}

namespace {

/// Whatever the label, it is the answer.
Result<Progress> invoke_reply(const Invocation& invocation) noexcept {
    Scheduler& scheduler = invocation.kernel.scheduler;
    reply(scheduler, *scheduler.current(), *invocation.slot);
    return Progress::Done;
}

} // namespace

Result<Progress> invoke(const Invocation& invocation) noexcept {
    switch (invocation.slot->cap.type()) {
    case CapType::Endpoint:
    case CapType::Notification: // with the right to write, they have never come here
    case CapType::Zombie:
    case CapType::Null: return fail(abi::Error::InvalidCapability, 0);
    case CapType::Untyped: return invoke_untyped(invocation);
    case CapType::CNode: return invoke_cnode(invocation);
    case CapType::Frame: return invoke_page(invocation);
    case CapType::PageTable: return invoke_page_table(invocation);
    case CapType::VSpace: return invoke_vspace(invocation);
    case CapType::ASIDControl: return invoke_asid_control(invocation);
    case CapType::ASIDPool: return invoke_asid_pool(invocation);
    case CapType::TCB: return invoke_tcb(invocation);
    case CapType::Domain: return invoke_domain(invocation);
    case CapType::Reply: return invoke_reply(invocation);
    }
    return fail(abi::Error::IllegalOperation);
}

} // namespace k
