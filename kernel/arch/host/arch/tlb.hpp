/// \file
/// How descriptors reach the table walker and leave the TLB (host): every step is told to a model,
/// which may be as slow and as forgetful as the architecture allows.
#pragma once

#include "arch/descriptor.hpp"

namespace k::arch {

/// The steps by which memory and the TLB are brought into step, one function an instruction.
class FakeMmu {
  public:
    virtual ~FakeMmu() = default;
    virtual void store(const std::atomic<u64>& slot, u64 before) = 0;
    virtual void publish() = 0;
    virtual void invalidate_page(Asid asid, VirtAddr va) = 0;
    virtual void invalidate_asid(Asid asid) = 0;
    virtual void enter(UserSpace space) = 0;
    virtual void await_invalidation() = 0;
    virtual void synchronise() = 0;
};

/// Set by a test that looks at translations. Without one, stores are just stores.
inline FakeMmu* fake_mmu = nullptr;

inline void store_descriptor(std::atomic<u64>& slot, Descriptor value) noexcept {
    const u64 before = slot.exchange(value.raw(), std::memory_order_relaxed);
    if (fake_mmu != nullptr) fake_mmu->store(slot, before);
}

inline void publish_descriptors() noexcept {
    if (fake_mmu != nullptr) fake_mmu->publish();
}

inline void invalidate_page(Asid asid, VirtAddr va) noexcept {
    if (fake_mmu != nullptr) fake_mmu->invalidate_page(asid, va);
}

inline void invalidate_asid(Asid asid) noexcept {
    if (fake_mmu != nullptr) fake_mmu->invalidate_asid(asid);
}

inline void await_invalidation() noexcept {
    if (fake_mmu != nullptr) fake_mmu->await_invalidation();
}

inline void synchronise_context() noexcept {
    if (fake_mmu != nullptr) fake_mmu->synchronise();
}

} // namespace k::arch
