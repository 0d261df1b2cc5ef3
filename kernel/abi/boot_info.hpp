/// \file
/// What the kernel tells the first thread about the machine and about its capabilities.
#pragma once

#include "abi/limits.hpp"

#include <array>
#include <cstddef>

namespace k::abi {

/// The first thread's initial capabilities: slots of its CNode.
enum class InitialSlot : u64 {
#define K_INITIAL_SLOT(name, slot) name = (slot),
#include "abi/initial_slots.def"
#undef K_INITIAL_SLOT
    End ///< the ranges that BootInfo lists begin here
};

/// The slots from `begin` up to, but not including, `end`.
struct SlotRange {
    u64 begin;
    u64 end;

    friend constexpr bool operator==(const SlotRange&, const SlotRange&) = default;
};

/// An untyped that the first thread is given.
struct UntypedDescription {
    u64 address; ///< physical
    u8 size_bits;
    u8 is_device;
    std::array<u8, 6> padding;
};

/// The BootInfo page.
struct BootInfo {
    u64 extra_bytes; ///< of all chunks that follow, from the next page on
    u64 node_id;     ///< which core this is, out of `nodes`
    u64 nodes;
    u64 io_page_table_levels; ///< 0: no IOMMU
    u64 ipc_buffer;           ///< virtual address of the first thread's buffer
    SlotRange empty;
    SlotRange shared_frames; ///< none: of several cores' kernels
    SlotRange user_image_frames;
    SlotRange user_image_paging;
    SlotRange io_space_caps;
    SlotRange extra_pages;
    u64 cnode_bits; ///< log2 of slots of the first thread's CNode
    u64 domain;
    SlotRange untyped; ///< as many as there are descriptions, in the same order
    std::array<UntypedDescription, boot_info_untypeds> untypeds;
};

static_assert(offsetof(BootInfo, ipc_buffer) == 32);
static_assert(offsetof(BootInfo, untyped) == 152);
static_assert(offsetof(BootInfo, untypeds) == 168);
static_assert(sizeof(BootInfo) <= bit(page_bits));

/// What an extra chunk holds; the numbers between are other architectures'.
enum class ChunkId : u64 { Padding = 0, DeviceTree = 6 };

/// The beginning of an extra chunk.
struct ChunkHeader {
    ChunkId id;
    u64 bytes; ///< with this header
};

} // namespace k::abi
