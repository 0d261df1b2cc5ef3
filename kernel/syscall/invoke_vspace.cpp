/// \file
/// The methods of address spaces: cache maintenance by a program's own addresses. seL4 manual,
/// "seL4_ARM_VSpace_Clean_Data" and those around it.
#include "abi/invocations.hpp"
#include "syscall/cache_maintenance.hpp"
#include "syscall/invocation.hpp"
#include "syscall/vspace_argument.hpp"

namespace k {

namespace {

using abi::Error;
using arch::CacheOperation;

/// Nothing has to be done where nothing is mapped: what is in no leaf is in no cache.
Result<CacheMaintenance> decode_maintenance(const Invocation& invocation,
                                            CacheOperation operation) noexcept {
    using Arguments = abi::args::VSpaceClean_Data; // the others take the same
    K_TRY(require(invocation, Arguments::length));
    const Arguments arguments{invocation.message.words()};
    if (arguments.end() <= arguments.start()) return fail(Error::InvalidArgument, 1);
    if (arguments.end() > abi::user_top) return fail(Error::IllegalOperation);
    const auto vspace = K_TRY(require_vspace(invocation.slot->cap, 0));
    const auto space = K_TRY(require_live(vspace, invocation.kernel.asids, 0));

    const VirtRange range{VirtAddr{arguments.start()}, VirtAddr{arguments.end()}};
    const TableEntry entry = space.find(range.begin);
    if (!entry.is_leaf()) return CacheMaintenance{operation, space, {range.begin, range.begin}};
    const unsigned page_bits = arch::span_bits(entry.level);
    const VirtAddr last = range.begin.align_down(page_bits) + (bit(page_bits) - 1);
    if (range.end - 1 > last) return fail(Error::RangeError, range.begin.raw(), last.raw());
    K_TRY(require_permission(operation, entry.now));
    return CacheMaintenance{operation, space, range};
}

Result<Progress> maintain(const Invocation& invocation, CacheOperation operation) noexcept {
    perform(K_TRY(decode_maintenance(invocation, operation)));
    return Progress::Done;
}

} // namespace

Result<Progress> invoke_vspace(const Invocation& invocation) noexcept {
    switch (invocation.message.label()) {
    case abi::label::VSpaceClean_Data: return maintain(invocation, CacheOperation::Clean);
    case abi::label::VSpaceInvalidate_Data: return maintain(invocation, CacheOperation::Invalidate);
    case abi::label::VSpaceCleanInvalidate_Data:
        return maintain(invocation, CacheOperation::CleanInvalidate);
    case abi::label::VSpaceUnify_Instruction: return maintain(invocation, CacheOperation::Unify);
    default: return fail(Error::IllegalOperation);
    }
}

} // namespace k
