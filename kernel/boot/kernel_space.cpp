#include "boot/kernel_space.hpp"

#include "arch/mmu.hpp"
#include "arch/tlb.hpp"
#include "base/panic.hpp"
#include "boot/image.hpp"

#include <algorithm>

namespace k {

using arch::MemoryType;
using arch::Owner;
using arch::Protection;

namespace {

/// Zero, as tables have to be, because it is in .bss.
constinit std::array<arch::Table, 24> tables_in_image{};
constinit usize tables_taken = 0;

/// `range` as the window shows it.
Mapping in_window(PhysRange range, MemoryType type) noexcept {
    if (range.end > PhysAddr{bit(arch::reachable_bits())})
        panic("{} is more than this core can address", range.end);
    return {arch::window.virt(range.begin),
            range.begin,
            range.bytes(),
            {Owner::Kernel, Protection::ReadWrite, type}};
}

void map_in_window(PhysRange range, MemoryType type) noexcept {
    map_range(kernel_space(), in_window(range, type), take_table);
}

/// RAM that the window shows. The image's own mappings are all that leads to the image.
bool is_shown(const Region& region) noexcept {
    return region.use != Use::Image && region.use != Use::Unmapped;
}

/// The stretch of RAM for the window that begins at or after `from`, whatever it is used for;
/// empty if there is none.
PhysRange next_stretch(const MemoryMap& memory, PhysAddr from) noexcept {
    PhysRange stretch{};
    for (const Region& region : memory.regions()) {
        if (region.range.begin < from || !is_shown(region)) continue;
        if (stretch.empty())
            stretch.begin = region.range.begin;
        else if (region.range.begin != stretch.end)
            break;
        stretch.end = region.range.end;
    }
    return stretch;
}

/// First the RAM that the boot allocator hands out, from the top down as it does: once the tables
/// in the image are used up, the next one comes from memory that is mapped already.
void map_memory(const MemoryMap& memory, PhysRange first) noexcept {
    map_range_downwards(kernel_space(), in_window(first, MemoryType::Normal), take_table);
    for (auto next = next_stretch(memory, {}); !next.empty(); next = next_stretch(memory, next.end))
        map_in_window(next, MemoryType::Normal);
}

/// Nothing runs there any more; users will, and a null pointer shall fault.
void switch_lower_half_off() noexcept {
    arch::TcrEl1::write(arch::TcrEl1::read().with(arch::Tcr::low_off, true));
    arch::synchronise_context();
    arch::invalidate_all();
    arch::await_invalidation();
    arch::synchronise_context();
}

} // namespace

AddressSpace kernel_space() noexcept {
    return {PhysAddr{arch::Ttbr1El1::read().raw()}, arch::Asid::Kernel};
}

PhysAddr take_table() noexcept {
    if (tables_taken < tables_in_image.size()) return image_phys(&tables_in_image[tables_taken++]);
    const auto page = boot_state.allocator ? boot_state.allocator->take_page() : std::nullopt;
    if (!page) panic("no memory is left for translation tables");
    return *page;
}

void map_device(PhysRange registers) noexcept {
    map_in_window({registers.begin.align_down(page_bits), registers.end.align_up(page_bits)},
                  MemoryType::Device);
}

void map_machine(const BootState& boot) noexcept {
    map_memory(boot.memory, boot.allocator->left());
    map_device(boot.machine.gic.distributor);
    for (const PhysRange& registers : boot.machine.gic.per_core.items())
        map_device(registers);
    switch_lower_half_off();
    if (const auto code = writable_code(kernel_space(), upper_half))
        panic("code at {} could be written", code->va);
}

} // namespace k
