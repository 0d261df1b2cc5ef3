/// \file
/// The methods of ASID control and of ASID pools: who may have an address space. seL4 manual,
/// "seL4_ARM_ASIDControl_MakePool" and "seL4_ARM_ASIDPool_Assign".
#include "abi/invocations.hpp"
#include "lifecycle/retype.hpp"
#include "object/derivation.hpp"
#include "object/vspace.hpp"
#include "syscall/invocation.hpp"
#include "syscall/lookup.hpp"

namespace k {

namespace {

using abi::Error;

/// A pool that nothing can stop any more.
struct MakePool {
    usize index;
    Slot& untyped;
    Slot& destination;
};

Result<MakePool> decode_make_pool(const Invocation& invocation) noexcept {
    using Arguments = abi::args::ASIDControlMakePool;
    K_TRY(require(invocation, Arguments::length, Arguments::cap_count));
    const Arguments arguments{invocation.message.words()};
    const auto index = invocation.kernel.asids.free_index();
    if (!index) return fail(Error::DeleteFirst);

    Slot& slot = invocation.extra_slot(Arguments::untyped);
    const auto untyped = slot.cap.as<Untyped>();
    if (!untyped || untyped->size_bits() != abi::asid_pool_bits || untyped->is_device())
        return fail(Error::InvalidCapability, 1);
    if (has_children(slot)) return fail(Error::RevokeFirst);
    Slot* const destination =
        K_TRY(lookup_argument(invocation.extra_cap(Arguments::root), arguments.index(),
                              arguments.depth(), LookupOf::Destination));
    if (!destination->is_empty()) return fail(Error::DeleteFirst);
    return MakePool{*index, slot, *destination};
}

/// All of the untyped becomes the pool.
Result<Progress> perform(const MakePool& plan, AsidTable& asids) noexcept {
    if (reset(plan.untyped) == Progress::Preempted) return Progress::Preempted;
    const auto untyped = *plan.untyped.cap.as<Untyped>();
    derive(plan.destination, Cap<AsidPool>::make(untyped.address(), plan.index), plan.untyped,
           Birth::Original);
    plan.untyped.cap = untyped.with_watermark(untyped.bytes());
    asids.add(plan.index, *arch::window.at<AsidPool>(untyped.address()));
    return Progress::Done;
}

/// An identifier's way to an address space that nothing can stop any more.
struct Assignment {
    Slot& vspace;
    arch::Asid asid;
};

Result<Assignment> decode_assign(const Invocation& invocation) noexcept {
    using Arguments = abi::args::ASIDPoolAssign;
    K_TRY(require(invocation, Arguments::length, Arguments::cap_count));
    Slot& slot = invocation.extra_slot(Arguments::vspace);
    const auto vspace = slot.cap.as<VSpace>();
    if (!vspace || vspace->has_asid()) return fail(Error::InvalidCapability, 1);
    const auto pool = *invocation.slot->cap.as<AsidPool>();
    const auto asid = invocation.kernel.asids.free_asid(pool.index());
    if (!asid) return fail(Error::DeleteFirst);
    return Assignment{slot, *asid};
}

Result<Progress> perform(const Assignment& plan, AsidTable& asids) noexcept {
    const PhysAddr root = plan.vspace.cap.address();
    asids.assign(plan.asid, root);
    plan.vspace.cap = Cap<VSpace>::make(root, plan.asid);
    return Progress::Done;
}

} // namespace

Result<Progress> invoke_asid_control(const Invocation& invocation) noexcept {
    if (invocation.message.label() != abi::label::ASIDControlMakePool)
        return fail(Error::IllegalOperation);
    return perform(K_TRY(decode_make_pool(invocation)), invocation.kernel.asids);
}

Result<Progress> invoke_asid_pool(const Invocation& invocation) noexcept {
    if (invocation.message.label() != abi::label::ASIDPoolAssign)
        return fail(Error::IllegalOperation);
    return perform(K_TRY(decode_assign(invocation)), invocation.kernel.asids);
}

} // namespace k
