/// \file
/// What the kernel asks of a processor. It is checked whenever this file is compiled, so the fake
/// of the host tests cannot drift from the real thing.
#pragma once

#include "arch/cache.hpp"
#include "arch/clear.hpp"
#include "arch/cpu.hpp"
#include "arch/firmware.hpp"
#include "arch/fpu.hpp"
#include "arch/mmio.hpp"
#include "arch/tlb.hpp"
#include "arch/user_space.hpp"
#include "arch/window.hpp"

#include <concepts>

namespace k::arch {

static_assert(requires(uptr address, u32 value) {
    { mmio_read32(address) } -> std::same_as<u32>;
    { mmio_write32(address, value) } -> std::same_as<void>;
});

static_assert(requires(Conduit conduit, u32 function) {
    { firmware_call(conduit, function) } -> std::same_as<void>;
});

static_assert(requires {
    { current_el() } -> std::same_as<unsigned>;
    { interrupt_pending() } -> std::same_as<bool>;
    { halt() } -> std::same_as<void>;
});

static_assert(requires(void* area, u64 bytes) {
    { clear(area, bytes) } -> std::same_as<void>;
});

static_assert(requires(FpuState * state, bool permit) {
    { fpu_save(state) } -> std::same_as<void>;
    { fpu_load(state) } -> std::same_as<void>;
    { permit_user_fpu(permit) } -> std::same_as<void>;
});

static_assert(requires(PhysAddr address, const void* pointer) {
    { window.at<u8>(address) } -> std::same_as<u8*>;
    { window.phys(pointer) } -> std::same_as<PhysAddr>;
    { window.virt(address) } -> std::same_as<VirtAddr>;
});

static_assert(requires(std::atomic<u64> & entry, Descriptor value, Asid asid, VirtAddr address) {
    { store_descriptor(entry, value) } -> std::same_as<void>;
    { publish_descriptors() } -> std::same_as<void>;
    { invalidate_page(asid, address) } -> std::same_as<void>;
    { invalidate_asid(asid) } -> std::same_as<void>;
    { await_invalidation() } -> std::same_as<void>;
    { synchronise_context() } -> std::same_as<void>;
});

static_assert(requires(UserSpace space) {
    { enter(space) } -> std::same_as<void>;
    { user_space() } -> std::same_as<UserSpace>;
});

static_assert(requires(CacheOperation operation, VirtRange range) {
    { clean_data(range) } -> std::same_as<void>;
    { maintain(operation, range) } -> std::same_as<void>;
});

} // namespace k::arch
