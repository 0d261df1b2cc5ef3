#include "lib/memory.hpp"

namespace user {

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

} // namespace user
