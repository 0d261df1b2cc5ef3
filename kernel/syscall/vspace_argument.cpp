#include "syscall/vspace_argument.hpp"

namespace k {

Result<Cap<VSpace>> require_vspace(const Capability& cap, u64 argument) noexcept {
    const auto vspace = cap.as<VSpace>();
    if (!vspace || !vspace->has_asid()) return fail(abi::Error::InvalidCapability, argument);
    return *vspace;
}

Result<AddressSpace> require_live(arch::Asid asid, const AsidTable& asids) noexcept {
    const auto space = asids.find(asid);
    if (!space) return fail(LookupFailure::invalid_root(), LookupOf::Destination);
    return *space;
}

Result<AddressSpace> require_live(const Cap<VSpace>& vspace, const AsidTable& asids,
                                  u64 argument) noexcept {
    const AddressSpace space = K_TRY(require_live(vspace.asid(), asids));
    if (space.root() != vspace.address()) return fail(abi::Error::InvalidCapability, argument);
    return space;
}

} // namespace k
