#include "syscall/cache_maintenance.hpp"

namespace k {

Result<Ok> require_permission(arch::CacheOperation operation, arch::Descriptor leaf) noexcept {
    if (operation == arch::CacheOperation::Invalidate && !leaf.user_may_write())
        return fail(abi::Error::IllegalOperation);
    return Ok{};
}

void perform(const CacheMaintenance& plan) noexcept {
    plan.space.maintain(plan.operation, plan.range);
}

} // namespace k
