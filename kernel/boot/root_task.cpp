#include "boot/root_task.hpp"

#include "abi/limits.hpp"
#include "arch/cache.hpp"
#include "base/memory.hpp"
#include "base/print.hpp"
#include "boot/elf.hpp"
#include "boot/initial_cspace.hpp"

#include <new>

namespace k {

namespace {

constexpr u64 user_end = abi::user_top + 1;

constexpr arch::Attributes for_user(arch::Protection protection) noexcept {
    return {arch::Owner::User, protection, arch::MemoryType::Normal};
}

OrRefusal<Ok> read_initrd(const BootState& boot, ElfImage& image) noexcept {
    const auto initrd = boot.machine.initrd;
    if (!initrd)
        return refuse("no root task: firmware gave no initrd. `./tessera run --root-task FILE` "
                      "passes one, and so does QEMU's `-initrd FILE`");
    return read_elf({arch::window.at<const u8>(initrd->begin), initrd->bytes()}, image);
}

/// Names each run of pages that the program can both write and execute: by what a segment says, or
/// because two segments share a page.
void warn(const ElfImage& elf) noexcept {
    const auto is_writable_code = [&elf](VirtAddr page) {
        return elf.protection(page) == arch::Protection::ReadWriteExecute;
    };
    const auto [begin, end] = elf.pages();
    for (VirtAddr page = begin; page < end; page = page + page_bytes) {
        const VirtAddr first = page;
        while (is_writable_code(page))
            page = page + page_bytes;
        if (page != first)
            print("warning: the root task can write the code from {:#x} to {:#x}\n", first, page);
    }
}

/// What the kernel sees at a user's address.
u8* seen_at(const RootTask& task, VirtAddr address) noexcept {
    return arch::window.at<u8>(task.memory.begin + (address - task.layout.image.begin));
}

void load(const RootTask& task, const ElfImage& elf) noexcept {
    for (const auto& segment : elf.segments.items())
        memory::copy(seen_at(task, segment.begin), segment.from_file.data(),
                     segment.from_file.size());
    const auto* const image = seen_at(task, task.layout.image.begin);
    arch::unify_instructions({VirtAddr{reinterpret_cast<uptr>(image)},
                              VirtAddr{reinterpret_cast<uptr>(image)} + task.layout.image.bytes()});
}

/// Maps a page of the root task's, adding tables as needed.
OrRefusal<Ok> map_page(const RootTask& task, VirtAddr va, arch::Protection protection,
                       BootAllocator& allocator) noexcept {
    const PhysAddr pa = task.memory.begin + (va - task.layout.image.begin);
    while (!task.space.map(va, pa, arch::PageSize::Small, for_user(protection))) {
        const auto table = allocator.take_page();
        if (!table) return no_memory_left();
        const auto added = task.space.add_table(va, *table);
        K_ASSERT(added.has_value());
    }
    return Ok{};
}

OrRefusal<Ok> map_pages(const RootTask& task, const ElfImage& elf,
                        BootAllocator& allocator) noexcept {
    const auto [begin, end] = task.layout.all();
    for (VirtAddr page = begin; page < end; page = page + page_bytes) {
        const bool of_image = task.layout.image.contains(page);
        const auto protection = of_image ? elf.protection(page) : arch::Protection::ReadWrite;
        K_TRY(map_page(task, page, protection, allocator));
    }
    return Ok{};
}

/// The bytes of all extra chunks: a device tree behind the header of its chunk.
u64 extra_bytes(const BootState& boot) noexcept {
    return sizeof(abi::ChunkHeader) + boot.tree.bytes();
}

abi::BootInfo& write_boot_info(const RootTask& task, const BootState& boot) noexcept {
    auto& info = *new (seen_at(task, task.layout.boot_info)) abi::BootInfo{};
    info.extra_bytes = extra_bytes(boot);
    info.nodes = 1;
    info.ipc_buffer = task.layout.ipc_buffer.raw();
    u8* const chunk = seen_at(task, task.layout.extra_pages.begin);
    new (chunk) abi::ChunkHeader{abi::ChunkId::DeviceTree, extra_bytes(boot)};
    const DeviceTree tree{arch::window.at<const void>(boot.tree.begin)};
    tree.copy_to(chunk + sizeof(abi::ChunkHeader));
    return info;
}

/// "Initial thread": all registers are zero but two.
Tcb* make_thread(const RootTask& task, VirtAddr entry, PhysAddr memory) noexcept {
    Tcb* const thread = new (arch::window.at<void>(memory)) Tcb{};
    thread->context.pc = entry.raw();
    thread->context.x[0] = task.layout.boot_info.raw();
    thread->ipc_buffer = new (seen_at(task, task.layout.ipc_buffer)) abi::IpcBuffer{};
    thread->state = ThreadState::Running;
    return thread;
}

} // namespace

Unexpected<Refusal> no_memory_left() noexcept {
    return refuse("no memory is left for the root task");
}

OrRefusal<UserLayout> lay_out(VirtRange image, u64 extra_bytes) noexcept {
    const VirtAddr boot_info = image.end + page_bytes;
    const VirtAddr extra = boot_info + page_bytes;
    const VirtAddr end = (extra + extra_bytes).align_up(page_bits);
    if (end > VirtAddr{user_end})
        return refuse("the root task ends at {:#x}: no room for BootInfo behind it", image.end);
    return UserLayout{image, image.end, boot_info, {extra, end}};
}

OrRefusal<RootTask> make_root_task(BootState& boot) noexcept {
    ElfImage elf;
    K_TRY(read_initrd(boot, elf));
    const UserLayout layout = K_TRY(lay_out(elf.pages(), extra_bytes(boot)));
    BootAllocator& allocator = *boot.allocator;
    const auto memory = allocator.take_pages(layout.all().bytes() / page_bytes);
    if (!memory)
        return refuse("the root task needs {} KiB of memory, and {} KiB are left",
                      layout.all().bytes() / 1024, allocator.left().bytes() / 1024);
    const auto root = allocator.take_page();
    const auto thread = allocator.take_page();
    if (!root || !thread) return no_memory_left();

    RootTask task{layout, *memory, AddressSpace{*root, arch::Asid::RootTask}, nullptr};
    warn(elf);
    K_TRY(map_pages(task, elf, allocator));
    load(task, elf);
    task.thread = make_thread(task, elf.entry, *thread);
    K_TRY(make_initial_cspace(task, boot, write_boot_info(task, boot)));
    return task;
}

} // namespace k
