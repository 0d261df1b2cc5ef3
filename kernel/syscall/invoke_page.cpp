/// \file
/// The methods of pages: frames, which may be mapped. seL4 manual, "seL4_ARM_Page_Map" and those
/// around it.
#include "abi/invocations.hpp"
#include "lifecycle/unmap.hpp"
#include "syscall/cache_maintenance.hpp"
#include "syscall/invocation.hpp"
#include "syscall/vspace_argument.hpp"

namespace k {

namespace {

using abi::Error;
using arch::CacheOperation;
namespace args = abi::args;

Cap<Frame> frame_of(const Invocation& invocation) noexcept {
    return *invocation.slot->cap.as<Frame>();
}

/// A mapping that nothing can stop any more.
struct PageMap {
    AddressSpace space;
    VirtAddr va;
    TableEntry entry; ///< where a walk to `va` ends
    arch::Descriptor leaf;
};

/// How programs may use memory that they map with these rights and attributes.
arch::Attributes attributes_of(Rights rights, abi::VmAttributes wanted) noexcept {
    using abi::VmAttributes;
    const bool execute = !wanted[VmAttributes::execute_never];
    const bool cacheable = wanted[VmAttributes::cacheable];
    const auto unreadable = execute ? arch::Protection::Execute : arch::Protection::None;
    return {arch::Owner::User,
            rights[Rights::read] ? arch::protection(rights[Rights::write], execute) : unreadable,
            cacheable ? arch::MemoryType::Normal : arch::MemoryType::StrictDevice};
}

/// Whether the frame may be mapped there: where it is mapped already, or else anywhere that is a
/// program's.
Result<Ok> require_place(const Cap<Frame>& frame, arch::Asid asid, u64 vaddr) noexcept {
    const MappedAt now = frame.mapped();
    if ((vaddr & (frame.bytes() - 1)) != 0) return fail(Error::AlignmentError);
    if (now.somewhere() && now[MappedAt::asid] != asid) return fail(Error::InvalidCapability, 1);
    if (now.somewhere() && now.va() != VirtAddr{vaddr}) return fail(Error::InvalidArgument, 0);
    if (vaddr + (frame.bytes() - 1) > abi::user_top) return fail(Error::InvalidArgument, 0);
    return Ok{};
}

Result<PageMap> decode_map(const Invocation& invocation) noexcept {
    using Arguments = args::PageMap;
    K_TRY(require(invocation, Arguments::length, Arguments::cap_count));
    const Arguments arguments{invocation.message.words()};
    const auto frame = frame_of(invocation);
    const auto vspace = K_TRY(require_vspace(invocation.extra_cap(Arguments::vspace), 1));
    const auto space = K_TRY(require_live(vspace, invocation.kernel.asids, 1));
    K_TRY(require_place(frame, vspace.asid(), arguments.vaddr()));

    const VirtAddr va{arguments.vaddr()};
    const TableEntry entry = space.find(va);
    if (entry.level != arch::level_of(frame.size()))
        return fail(LookupFailure::missing_capability(arch::span_bits(entry.level)),
                    LookupOf::Destination);
    const auto attributes = attributes_of(frame.rights_in(Rights{arguments.rights()}),
                                          abi::VmAttributes{arguments.attr()});
    return PageMap{space, va, entry,
                   arch::Descriptor::leaf(frame.size(), frame.address(), attributes)};
}

void perform(const PageMap& plan, Slot& slot) noexcept {
    plan.space.put(plan.va, plan.entry, plan.leaf);
    slot.cap = slot.cap.as<Frame>()->mapped(MappedAt::make(plan.space.asid(), plan.va));
}

/// The plan is too large to be handed around by value.
Result<Progress> invoke_map(const Invocation& invocation) noexcept {
    const auto plan = decode_map(invocation);
    if (!plan) return Unexpected{plan.error()};
    perform(*plan, *invocation.slot);
    return Progress::Done;
}

Result<Progress> invoke_unmap(const Invocation& invocation) noexcept {
    const auto frame = frame_of(invocation);
    unmap(frame, invocation.kernel.asids);
    invocation.slot->cap = frame.mapped(MappedAt{});
    return Progress::Done;
}

Result<Progress> invoke_get_address(const Invocation& invocation) noexcept {
    invocation.results.add(invocation.slot->cap.address().raw());
    return Progress::Done;
}

Result<CacheMaintenance> decode_maintenance(const Invocation& invocation,
                                            CacheOperation operation) noexcept {
    using Arguments = args::PageClean_Data; // the others take the same
    K_TRY(require(invocation, Arguments::length));
    const Arguments arguments{invocation.message.words()};
    const auto frame = frame_of(invocation);
    const MappedAt at = frame.mapped();
    if (!at.somewhere()) return fail(Error::IllegalOperation);
    const auto space = K_TRY(require_live(at[MappedAt::asid], invocation.kernel.asids));

    const u64 start = arguments.start_offset();
    const u64 end = arguments.end_offset();
    if (end <= start) return fail(Error::InvalidArgument, 1);
    if (start >= frame.bytes() || end > frame.bytes()) return fail(Error::InvalidArgument, 0);
    const TableEntry entry = space.find(at.va());
    if (!leads_to(entry, frame)) return fail(Error::InvalidCapability, 0);
    K_TRY(require_permission(operation, entry.now));
    return CacheMaintenance{operation, space, {at.va() + start, at.va() + end}};
}

Result<Progress> maintain(const Invocation& invocation, CacheOperation operation) noexcept {
    perform(K_TRY(decode_maintenance(invocation, operation)));
    return Progress::Done;
}

} // namespace

Result<Progress> invoke_page(const Invocation& invocation) noexcept {
    switch (invocation.message.label()) {
    case abi::label::PageMap: return invoke_map(invocation);
    case abi::label::PageUnmap: return invoke_unmap(invocation);
    case abi::label::PageClean_Data: return maintain(invocation, CacheOperation::Clean);
    case abi::label::PageInvalidate_Data: return maintain(invocation, CacheOperation::Invalidate);
    case abi::label::PageCleanInvalidate_Data:
        return maintain(invocation, CacheOperation::CleanInvalidate);
    case abi::label::PageUnify_Instruction: return maintain(invocation, CacheOperation::Unify);
    case abi::label::PageGetAddress: return invoke_get_address(invocation);
    default: return fail(Error::IllegalOperation);
    }
}

} // namespace k
