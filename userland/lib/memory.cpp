#include "lib/memory.hpp"

namespace user {

Status VSpace::clean(u64 begin, u64 end) const noexcept {
    return status_of(seL4_ARM_VSpace_Clean_Data(cptr(), begin, end));
}

Status VSpace::invalidate(u64 begin, u64 end) const noexcept {
    return status_of(seL4_ARM_VSpace_Invalidate_Data(cptr(), begin, end));
}

Status VSpace::clean_and_invalidate(u64 begin, u64 end) const noexcept {
    return status_of(seL4_ARM_VSpace_CleanInvalidate_Data(cptr(), begin, end));
}

Status VSpace::unify_instruction(u64 begin, u64 end) const noexcept {
    return status_of(seL4_ARM_VSpace_Unify_Instruction(cptr(), begin, end));
}

Status PageTable::map(VSpace space, u64 address) const noexcept {
    return status_of(
        seL4_ARM_PageTable_Map(cptr(), space.cptr(), address, seL4_ARM_Default_VMAttributes));
}

Status PageTable::unmap() const noexcept {
    return status_of(seL4_ARM_PageTable_Unmap(cptr()));
}

Status AsidPool::assign(VSpace space) const noexcept {
    return status_of(seL4_ARM_ASIDPool_Assign(cptr(), space.cptr()));
}

Result<AsidPool> AsidControl::make_pool(Untyped memory, u64 slot) const noexcept {
    K_TRY(status_of(
        seL4_ARM_ASIDControl_MakePool(cptr(), memory.cptr(), own_cspace.cptr(), slot, 64)));
    return AsidPool{slot};
}

} // namespace user
