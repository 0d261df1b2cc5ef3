#include "lib/address_space.hpp"

namespace user {

Result<AddressSpace> make_address_space(ObjectAllocator& objects, AsidPool pool) noexcept {
    const auto made = K_TRY(objects.make<VSpace>());
    const auto assigned = pool.assign(made.object);
    if (assigned) return AddressSpace{made.object, objects};
    K_TRY(objects.destroy(made));
    return k::Unexpected{assigned.error()};
}

bool AddressSpace::lacks_table(const Refusal& refusal, u64 frame_bits) noexcept {
    return refusal.error == k::abi::Error::FailedLookup &&
           refusal.lookup_failure() == k::abi::LookupFailureType::MissingCapability &&
           refusal.words[2] > frame_bits; // else it is not a table that is missing, but in the way
}

Status AddressSpace::add_table(u64 address) noexcept {
    const auto made = K_TRY(objects_->make<PageTable>());
    const auto mapped = made.object.map(space_, address);
    if (mapped) return mapped;
    K_TRY(objects_->destroy(made));
    return mapped;
}

} // namespace user
