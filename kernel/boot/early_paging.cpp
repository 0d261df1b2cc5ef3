/// \file
/// The first tables: enough to run in the upper half and to read the device tree there.
///
/// All this runs with the MMU off, wherever firmware put the image. The address of a function or an
/// object, taken relative to the program counter, is physical here. An address that is *stored* in
/// the image is one of the upper half, which does not exist yet: nothing here may follow one.
#include "arch/cache.hpp"
#include "arch/mmu.hpp"
#include "arch/tlb.hpp"
#include "boot/image.hpp"
#include "boot/kernel_space.hpp"

#include <algorithm>

namespace k {

namespace {

using arch::Attributes;
using arch::MemoryType;
using arch::Owner;
using arch::Protection;

constexpr Attributes code{Owner::Kernel, Protection::ReadExecute, MemoryType::Normal};
constexpr Attributes constants{Owner::Kernel, Protection::Read, MemoryType::Normal};
constexpr Attributes data{Owner::Kernel, Protection::ReadWrite, MemoryType::Normal};

PhysRange part(const char* begin, const char* end) noexcept {
    return {image_phys(begin), image_phys(end)};
}

/// Maps `range` at its physical address plus a distance.
void map_at(const AddressSpace& space, PhysRange range, u64 distance, Attributes a) noexcept {
    map_range(space, {VirtAddr{range.begin.raw() + distance}, range.begin, range.bytes(), a},
              take_table);
}

/// The image where it was linked to run, each part with its own rights. The page below the stack is
/// left out: a stack that overflows faults.
void map_image(const AddressSpace& high, VirtAddr linked_at) noexcept {
    const u64 distance = linked_at.raw() - kernel_state.image.begin.raw();
    map_at(high, part(image_begin, rodata_begin), distance, code);
    map_at(high, part(rodata_begin, data_begin), distance, constants);
    map_at(high, part(data_begin, stack_guard), distance, data);
    map_at(high, part(stack_bottom, image_end), distance, data);
}

/// What else is needed before RAM is known. Through the window the kernel sees the device tree, and
/// edits its tables, which are among the image's data; nothing that is executed is seen there.
void map_in_window(const AddressSpace& high, PhysRange tree) noexcept {
    const u64 distance = arch::window.virt(PhysAddr{}).raw();
    map_at(high, part(data_begin, image_end), distance, data);
    map_at(high, tree, distance, data);
}

/// A word of the device tree's header. They are big-endian.
u32 header_word(PhysAddr tree, usize index) noexcept {
    return __builtin_bswap32(arch::no_window.at<const u32>(tree)[index]);
}

/// The pages to map for the tree: as many as its header says, up to the 2 MiB that the boot
/// protocol allows; all of a header even if that is no tree, so that whoever reads it can say so;
/// none at address 0. Firmware may have written the header through the cache.
/// Devicetree Specification, "Flattened Devicetree (DTB) Format", "Header".
PhysRange tree_pages(PhysAddr tree) noexcept {
    constexpr u32 magic = 0xd00d'feed;
    constexpr u64 header_bytes = 40;
    constexpr u64 most = bit(21);
    if (tree == PhysAddr{} || !tree.aligned(2)) return {};
    arch::clean_data({tree, tree + header_bytes});
    const bool sound = header_word(tree, 0) == magic;
    const u64 bytes = std::clamp<u64>(sound ? header_word(tree, 1) : 0, header_bytes, most);
    return {tree.align_down(page_bits), (tree + bytes).align_up(page_bits)};
}

/// Translation as the tables mean it: two halves of 48 bits, 4 KiB granule, walks through the
/// cache.
arch::Tcr translation_control() noexcept {
    using arch::Tcr;
    constexpr u64 unused_bits = 64 - 48;
    constexpr u64 at_most = 5; // 48 bits: more would take another descriptor format
    return Tcr{}
        .with(Tcr::low_unused_bits, unused_bits)
        .with(Tcr::low_inner, arch::WalkCaching::WriteBack)
        .with(Tcr::low_outer, arch::WalkCaching::WriteBack)
        .with(Tcr::low_share, arch::Share::Inner)
        .with(Tcr::low_granule, arch::LowGranule::Size4K)
        .with(Tcr::high_unused_bits, unused_bits)
        .with(Tcr::high_inner, arch::WalkCaching::WriteBack)
        .with(Tcr::high_outer, arch::WalkCaching::WriteBack)
        .with(Tcr::high_share, arch::Share::Inner)
        .with(Tcr::high_granule, arch::HighGranule::Size4K)
        .with(Tcr::physical_size,
              std::min(arch::Mmfr0El1::read()[arch::Mmfr0::physical_size], at_most));
}

/// Everything but the switch itself. Firmware may have left anything in the TLB and the caches.
void set_up_translation(const AddressSpace& low, const AddressSpace& high) noexcept {
    using arch::Mair;
    using arch::MemoryKind;
    arch::MairEl1::write(Mair{}
                             .with(Mair::normal, MemoryKind::WriteBack)
                             .with(Mair::device, MemoryKind::DeviceNGnRE)
                             .with(Mair::strict_device, MemoryKind::DeviceNGnRnE));
    arch::TcrEl1::write(translation_control());
    arch::Ttbr0El1::write(arch::Ttbr0{low.root().raw()});
    arch::Ttbr1El1::write(arch::Plain{high.root().raw()});
    arch::invalidate_data(kernel_state.image);
    arch::invalidate_instructions();
    arch::invalidate_all();
    arch::await_invalidation();
    arch::synchronise_context();
}

} // namespace

/// Builds the first tables; called by start.S with the MMU off.
/// \param tree       where the device tree is in RAM, 0 if there is none
/// \param linked_at  where image_begin is once translation is on
/// \return what SCTLR_EL1 has to hold to switch on translation and caches
extern "C" u64 prepare_mmu(PhysAddr tree, VirtAddr linked_at) noexcept;

u64 prepare_mmu(PhysAddr tree, VirtAddr linked_at) noexcept {
    kernel_state.image = {arch::no_window.phys(image_begin), arch::no_window.phys(image_end)};
    const AddressSpace low{take_table(), arch::Asid::Kernel, arch::no_window};
    const AddressSpace high{take_table(), arch::Asid::Kernel, arch::no_window};
    map_at(low, part(image_begin, rodata_begin), 0, code);
    map_image(high, linked_at);
    map_in_window(high, tree_pages(tree));
    set_up_translation(low, high);
    return arch::Sctlr{arch::Sctlr::res1}
        .with(arch::Sctlr::mmu, true)
        .with(arch::Sctlr::data_cache, true)
        .with(arch::Sctlr::instruction_cache, true)
        .with(arch::Sctlr::stack_alignment, true)
        .with(arch::Sctlr::user_cache_maintenance, true)
        .with(arch::Sctlr::user_cache_type, true)
        .raw();
}

} // namespace k
