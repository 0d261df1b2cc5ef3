#include "boot/root_task.hpp"

#include "abi/limits.hpp"
#include "arch/cache.hpp"
#include "base/memory.hpp"
#include "base/print.hpp"
#include "boot/elf.hpp"
#include "object/derivation.hpp"
#include "object/domain.hpp"
#include "object/page_table.hpp"
#include "object/vspace.hpp"

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

constexpr std::array levels_above_pages{arch::Level::L0, arch::Level::L1, arch::Level::L2};

/// How many spans of 2^bits bytes hold a part of `range`.
u64 spans(VirtRange range, unsigned bits) noexcept {
    return (range.end.align_up(bits) - range.begin.align_down(bits)) >> bits;
}

SlotCounts count_slots(const UserLayout& layout) noexcept {
    SlotCounts counts{0, spans(layout.extra_pages, page_bits), spans(layout.image, page_bits)};
    for (const auto level : levels_above_pages)
        counts.tables += spans(layout.all(), arch::span_bits(level));
    return counts;
}

/// Pages of zeros for what the kernel keeps of the root task.
class ObjectMemory {
  public:
    explicit ObjectMemory(PhysRange left) noexcept : left_{left} {}

    PhysAddr take(u64 bytes = page_bytes) noexcept {
        const PhysAddr taken = left_.begin;
        left_.begin = taken + bytes;
        K_ASSERT(left_.begin <= left_.end);
        return taken;
    }

  private:
    PhysRange left_;
};

OrRefusal<PhysRange> take_user_memory(const UserLayout& layout, BootAllocator& allocator) noexcept {
    const auto pages = allocator.take_pages(layout.all().bytes() / page_bytes);
    if (!pages)
        return refuse("the root task needs {} KiB of memory, and {} KiB are left",
                      layout.all().bytes() / 1024, allocator.left().bytes() / 1024);
    return *pages;
}

/// For the CNode, which is aligned to its size, as all are, and so comes first; for thread, root
/// table, a table of nothing, ASID pool, and the tables below the root.
OrRefusal<ObjectMemory> take_object_memory(u64 tables, BootAllocator& allocator) noexcept {
    const auto pages = allocator.take_pages(root_cnode_bytes / page_bytes + 4 + tables,
                                            abi::root_cnode_bits + abi::slot_bits);
    if (!pages) return refuse("no memory is left for the root task");
    return ObjectMemory{*pages};
}

MappedAt mapped_at(VirtAddr va) noexcept {
    return MappedAt::make(arch::Asid::RootTask, va);
}

/// Adds all tables that the pages need, the upper ones first, as their slots go.
void add_tables(const RootTask& task, const abi::BootInfo& info, ObjectMemory& memory) noexcept {
    u64 slot = info.user_image_paging.begin;
    for (const auto level : levels_above_pages) {
        const unsigned bits = arch::span_bits(level);
        const auto [begin, end] = task.layout.all();
        for (VirtAddr va = begin.align_down(bits); va < end; va = va + bit(bits)) {
            const PhysAddr table = memory.take();
            const auto added = task.space.add_table(va, table);
            K_ASSERT(added.has_value() && *added == level);
            plant(task.cspace[slot++], Cap<PageTable>::make(table, mapped_at(va)));
        }
    }
}

/// Where the capability to the frame of a page goes.
Slot& slot_of(const RootTask& task, const abi::BootInfo& info, VirtAddr page) noexcept {
    const UserLayout& layout = task.layout;
    if (page == layout.ipc_buffer) return task.cspace[abi::InitialSlot::InitThreadIPCBuffer];
    if (page == layout.boot_info) return task.cspace[abi::InitialSlot::BootInfoFrame];
    if (layout.image.contains(page))
        return task.cspace[info.user_image_frames.begin + (page - layout.image.begin) / page_bytes];
    return task.cspace[info.extra_pages.begin + (page - layout.extra_pages.begin) / page_bytes];
}

void map_pages(const RootTask& task, const abi::BootInfo& info, const ElfImage& elf) noexcept {
    const auto [begin, end] = task.layout.all();
    for (VirtAddr page = begin; page < end; page = page + page_bytes) {
        const bool of_image = task.layout.image.contains(page);
        const auto protection = of_image ? elf.protection(page) : arch::Protection::ReadWrite;
        const PhysAddr frame = task.memory.begin + (page - begin);
        const auto mapped =
            task.space.map(page, frame, arch::PageSize::Small, for_user(protection));
        K_ASSERT(mapped.has_value());
        plant(slot_of(task, info, page),
              Cap<Frame>::make(frame, arch::PageSize::Small, false, mapped_at(page)));
    }
}

/// Gives the address space the first identifier of the first pool, and hands out both.
void identify(const RootTask& task, ObjectMemory& memory, AsidTable& asids) noexcept {
    using abi::InitialSlot;
    const PhysAddr pool = memory.take();
    asids.begin(memory.take());
    asids.add(0, *new (arch::window.at<void>(pool)) AsidPool{});
    asids.assign(arch::Asid::RootTask, task.space.root());
    plant(task.cspace[InitialSlot::InitThreadVSpace],
          Cap<VSpace>::make(task.space.root(), arch::Asid::RootTask));
    plant(task.cspace[InitialSlot::ASIDControl], Cap<AsidControl>::make());
    plant(task.cspace[InitialSlot::InitThreadASIDPool], Cap<AsidPool>::make(pool, 0));
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

/// Gives the thread copies of the capabilities that it runs by.
void equip(Tcb& thread, const InitialCSpace& cspace) noexcept {
    using abi::InitialSlot;
    Slot& cnode = cspace[InitialSlot::InitThreadCNode];
    Slot& vspace = cspace[InitialSlot::InitThreadVSpace];
    Slot& buffer = cspace[InitialSlot::InitThreadIPCBuffer];
    derive(thread.slot(ThreadSlot::CSpaceRoot), cnode.cap, cnode, Birth::Copy);
    derive(thread.slot(ThreadSlot::VSpaceRoot), vspace.cap, vspace, Birth::Copy);
    derive(thread.slot(ThreadSlot::IpcBuffer), buffer.cap.as<Frame>()->mapped(MappedAt{}), buffer,
           Birth::Copy);
}

/// "Initial thread": all registers are zero but two, and nobody has a higher priority.
Tcb* make_thread(const RootTask& task, VirtAddr entry, PhysAddr memory) noexcept {
    Tcb* const thread = new (arch::window.at<void>(memory)) Tcb{};
    thread->context.pc = entry.raw();
    thread->context.x[0] = task.layout.boot_info.raw();
    thread->buffer_address = task.layout.ipc_buffer.raw();
    thread->priority = abi::max_priority;
    thread->mcp = abi::max_priority;
    thread->state = ThreadState::Running;
    equip(*thread, task.cspace);
    plant(task.cspace[abi::InitialSlot::InitThreadTCB], Cap<Tcb>::make(memory));
    plant(task.cspace[abi::InitialSlot::Domain], Cap<Domain>::make());
    return thread;
}

} // namespace

OrRefusal<UserLayout> lay_out(VirtRange image, u64 extra_bytes) noexcept {
    const VirtAddr boot_info = image.end + page_bytes;
    const VirtAddr extra = boot_info + page_bytes;
    const VirtAddr end = (extra + extra_bytes).align_up(page_bits);
    if (end > VirtAddr{user_end})
        return refuse("the root task ends at {:#x}: no room for BootInfo behind it", image.end);
    return UserLayout{image, image.end, boot_info, {extra, end}};
}

OrRefusal<RootTask> make_root_task(BootState& boot, AsidTable& asids) noexcept {
    ElfImage elf;
    K_TRY(read_initrd(boot, elf));
    const UserLayout layout = K_TRY(lay_out(elf.pages(), extra_bytes(boot)));
    const SlotCounts counts = count_slots(layout);
    const PhysRange pages = K_TRY(take_user_memory(layout, *boot.allocator));
    ObjectMemory memory = K_TRY(take_object_memory(counts.tables, *boot.allocator));

    const InitialCSpace cspace{memory.take(root_cnode_bytes)};
    RootTask task{layout, pages, AddressSpace{memory.take(), arch::Asid::RootTask}, cspace,
                  nullptr};
    warn(elf);
    abi::BootInfo& info = write_boot_info(task, boot);
    K_TRY(task.cspace.assign_slots(info, counts, boot));
    add_tables(task, info, memory);
    map_pages(task, info, elf);
    load(task, elf);
    identify(task, memory, asids);
    task.thread = make_thread(task, elf.entry, memory.take());
    return task;
}

} // namespace k
