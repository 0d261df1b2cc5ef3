/// \file
/// The methods of page tables. seL4 manual, "seL4_ARM_PageTable_Map" and
/// "seL4_ARM_PageTable_Unmap".
#include "abi/invocations.hpp"
#include "arch/clear.hpp"
#include "lifecycle/unmap.hpp"
#include "object/derivation.hpp"
#include "syscall/invocation.hpp"
#include "syscall/vspace_argument.hpp"

namespace k {

namespace {

using abi::Error;

Cap<PageTable> table_of(const Invocation& invocation) noexcept {
    return *invocation.slot->cap.as<PageTable>();
}

/// A table's way into an address space that nothing can stop any more.
struct TableMap {
    Slot& slot;
    MappedAt at;
    AddressSpace space;
};

Result<TableMap> decode_map(const Invocation& invocation) noexcept {
    using Arguments = abi::args::PageTableMap;
    K_TRY(require(invocation, Arguments::length, Arguments::cap_count));
    const Arguments arguments{invocation.message.words()};
    if (table_of(invocation).mapped().somewhere()) return fail(Error::InvalidCapability, 0);
    const auto vspace = K_TRY(require_vspace(invocation.extra_cap(Arguments::vspace), 1));
    if (arguments.vaddr() > abi::user_top) return fail(Error::InvalidArgument, 0);
    const auto space = K_TRY(require_live(vspace, invocation.kernel.asids, 1));

    const VirtAddr va{arguments.vaddr()};
    const TableEntry entry = space.find(va);
    if (entry.is_leaf() || entry.level == arch::Level::L3) return fail(Error::DeleteFirst);
    const VirtAddr covered = va.align_down(arch::span_bits(entry.level));
    return TableMap{*invocation.slot, MappedAt::make(vspace.asid(), covered), space};
}

Result<Progress> perform(const TableMap& plan) noexcept {
    const auto table = *plan.slot.cap.as<PageTable>();
    const auto added = plan.space.add_table(plan.at.va(), table.address());
    K_ASSERT(added.has_value());
    plan.slot.cap = table.mapped(plan.at);
    return Progress::Done;
}

/// The table is cleared even if it was no longer in its place: what it held must not come along to
/// the next one.
Result<Progress> invoke_unmap(const Invocation& invocation) noexcept {
    const auto table = table_of(invocation);
    if (!is_final(*invocation.slot)) return fail(Error::RevokeFirst);
    if (!table.mapped().somewhere()) return Progress::Done;
    unmap(table, invocation.kernel.asids);
    arch::clear(arch::window.at<void>(table.address()), sizeof(arch::Table));
    invocation.slot->cap = table.mapped(MappedAt{});
    return Progress::Done;
}

} // namespace

Result<Progress> invoke_page_table(const Invocation& invocation) noexcept {
    switch (invocation.message.label()) {
    case abi::label::PageTableMap: return perform(K_TRY(decode_map(invocation)));
    case abi::label::PageTableUnmap: return invoke_unmap(invocation);
    default: return fail(Error::IllegalOperation);
    }
}

} // namespace k
