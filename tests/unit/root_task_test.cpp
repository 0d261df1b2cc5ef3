// From the initrd to the first thread: what lies where, and what may be done there.
#include "arch/cache.hpp"
#include "arch/tlb.hpp"
#include "boot/root_task.hpp"
#include "elf_file.hpp"
#include "object/cnode.hpp"
#include "object/derivation.hpp"
#include "object/domain.hpp"
#include "object/page_table.hpp"
#include "object/untyped.hpp"
#include "object/vspace.hpp"
#include "syscall/lookup.hpp"
#include "tables.hpp"
#include "text_target.hpp"
#include "trees.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace k {
namespace {

using arch::Protection;
using test::Blob;
using test::ElfFile;
using test::ElfPart;

/// A machine with some memory, a device tree and an initrd.
class RootTaskTest : public testing::Test {
  protected:
    static constexpr usize pages = 260;
    static constexpr unsigned cnode_bits = 13 + 5;
    static constexpr usize spare = (bit(cnode_bits) >> page_bits) - 1;

    void SetUp() override {
        take_memory_back();
        const PhysAddr at = arch::window.phys(tree_.data());
        boot_.tree = {at, at + tree_.tree().used_bytes()};
    }

    void take_memory_back() {
        std::ranges::fill(memory_, Page{});
        boot_.memory = {};
        ASSERT_TRUE(boot_.memory.add_ram({ram(), ram() + (memory_.size() - spare) * page_bytes}));
        boot_.allocator.emplace(boot_.memory);
    }

    /// Aligned as the CNode is, so that it does not matter where the host has given memory.
    [[nodiscard]] PhysAddr ram() const {
        return arch::window.phys(memory_.data()).align_up(cnode_bits);
    }

    auto make(const ElfFile& file = {}) {
        initrd_ = file.bytes();
        const PhysAddr at = arch::window.phys(initrd_.data());
        boot_.machine.initrd = PhysRange{at, at + initrd_.size()};
        asids_ = {};
        return make_root_task(boot_, asids_);
    }

    [[nodiscard]] u64 free_bytes() const {
        u64 bytes = 0;
        for (const Region& region : boot_.memory.regions())
            if (region.use == Use::Free) bytes += region.range.bytes();
        return bytes;
    }

    std::string refusal(const ElfFile& file) {
        const auto task = make(file);
        if (task) return "";
        TextTarget target;
        task.error().describe(TextOut{target});
        return target.text;
    }

    /// What the program finds at `va`.
    static const u8* at(const RootTask& task, VirtAddr va) {
        const auto [leaf, level] = task.space.walk(va);
        if (!leaf.is_leaf(level) || level != arch::Level::L3) return nullptr;
        return arch::window.at<u8>(leaf.target() + (va - va.align_down(page_bits)));
    }

    static bool mapped_as(const RootTask& task, VirtAddr va, Protection protection) {
        const auto leaf = task.space.walk(va).descriptor;
        return leaf.permits_as(arch::Descriptor::leaf(
            arch::PageSize::Small, {}, {arch::Owner::User, protection, arch::MemoryType::Normal}));
    }

    /// The CNode of a root task, as its own capability in it says.
    static std::span<const Slot> cspace(const RootTask& task) {
        return task.thread->slot(ThreadSlot::CSpaceRoot).cap.as<CNode>()->slots();
    }

    static const abi::BootInfo& boot_info(const RootTask& task) {
        return *reinterpret_cast<const abi::BootInfo*>(at(task, task.layout.boot_info));
    }

    struct alignas(page_bytes) Page {
        Page() { bytes.fill(0xa5); }
        std::array<u8, page_bytes> bytes;
    };

    std::vector<Page> memory_{pages + spare};
    Blob tree_{"qemu_gicv2"};
    std::vector<u8> initrd_;
    BootState boot_;
    AsidTable asids_;
};

constexpr VirtAddr image{0x40'0000};

TEST_F(RootTaskTest, FindsItsSegmentsAndZerosAroundThem) {
    const auto task = make();
    ASSERT_TRUE(task);
    const u8* const code = at(*task, image);
    ASSERT_NE(code, nullptr);
    EXPECT_EQ(std::memcmp(code, &initrd_[0x1000], 0x234), 0);
    EXPECT_EQ(std::count(code + 0x234, code + page_bytes, 0), page_bytes - 0x234);
    const u8* const data = at(*task, image + 0x1000);
    EXPECT_EQ(std::memcmp(data, &initrd_[0x2000], 0x100), 0);
    EXPECT_EQ(std::count(data + 0x100, data + page_bytes, 0), page_bytes - 0x100);
    EXPECT_EQ(*at(*task, image + 0x2fff), 0) << "the page that is all zeros";
}

TEST_F(RootTaskTest, HasItsPagesInOneRowOfAddressesAndOfMemory) {
    const auto task = make();
    ASSERT_TRUE(task);
    const auto& layout = task->layout;
    const u64 extra = (16 + boot_.tree.bytes() + page_bytes - 1) / page_bytes;
    EXPECT_EQ(layout.image, (VirtRange{image, image + 0x3000}));
    EXPECT_EQ(layout.ipc_buffer, image + 0x3000);
    EXPECT_EQ(layout.boot_info, image + 0x4000);
    EXPECT_EQ(layout.extra_pages, (VirtRange{image + 0x5000, image + 0x5000 + extra * page_bytes}));
    EXPECT_EQ(task->memory.bytes(), (5 + extra) * page_bytes);
    for (u64 offset = 0; offset < task->memory.bytes(); offset += page_bytes)
        EXPECT_EQ(at(*task, image + offset),
                  arch::window.at<const u8>(task->memory.begin + offset));
    EXPECT_EQ(at(*task, image - 1), nullptr);
    EXPECT_EQ(at(*task, layout.extra_pages.end), nullptr);
}

TEST_F(RootTaskTest, MayDoInItsPagesWhatItsSegmentsSay) {
    ElfFile file;
    file.parts.push_back({.flags = 7, .offset = 0x800, .address = 0x40'5800, .file_bytes = 4});
    testing::internal::CaptureStderr();
    const auto task = make(file);
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "warning: the root task can write the code from 0x405000 to 0x406000\n");
    ASSERT_TRUE(task);
    EXPECT_TRUE(mapped_as(*task, image, Protection::ReadExecute));
    EXPECT_TRUE(mapped_as(*task, image + 0x1000, Protection::ReadWrite));
    EXPECT_TRUE(mapped_as(*task, image + 0x3000, Protection::Read)) << "a gap, which is mapped";
    EXPECT_EQ(*at(*task, image + 0x4000), 0);
    EXPECT_TRUE(mapped_as(*task, image + 0x5000, Protection::ReadWriteExecute));
    EXPECT_TRUE(mapped_as(*task, task->layout.ipc_buffer, Protection::ReadWrite));
    EXPECT_TRUE(mapped_as(*task, task->layout.boot_info, Protection::ReadWrite));
    EXPECT_TRUE(mapped_as(*task, task->layout.extra_pages.begin, Protection::ReadWrite));
}

TEST_F(RootTaskTest, WarnsOfTheCodeThatItCanWrite) {
    const auto warnings = [&](const std::vector<ElfPart>& parts) {
        ElfFile file;
        file.parts = parts;
        take_memory_back();
        testing::internal::CaptureStderr();
        EXPECT_TRUE(make(file));
        return testing::internal::GetCapturedStderr();
    };
    const ElfPart code{.flags = ElfFile::execute, .memory_bytes = 0x1800};
    ElfPart data{.flags = ElfFile::write, .offset = 0x1800, .address = 0x40'1800};
    EXPECT_EQ(warnings({code, data}),
              "warning: the root task can write the code from 0x401000 to 0x402000\n")
        << "in a page that two segments share";
    const ElfPart both{.flags = 7, .offset = 0x2000, .address = 0x40'2000, .file_bytes = 8};
    ElfPart last = both;
    last.address = 0x40'4000;
    last.memory_bytes = 0x1001;
    EXPECT_EQ(warnings({last, data, both, code}),
              "warning: the root task can write the code from 0x401000 to 0x403000\n"
              "warning: the root task can write the code from 0x404000 to 0x406000\n")
        << "once for pages side by side, in the order of addresses";
    data.address = 0x40'2800;
    EXPECT_EQ(warnings({code, data}), "") << "a page each";
}

TEST_F(RootTaskTest, IsFetchedAsItWasStored) {
    const auto task = make();
    ASSERT_TRUE(task);
    EXPECT_EQ(arch::fake_unified.begin, arch::window.virt(task->memory.begin));
    EXPECT_EQ(arch::fake_unified.bytes(), task->layout.image.bytes());
}

TEST_F(RootTaskTest, IsToldAboutTheMachine) {
    tree_.poke(4, tree_.peek(4) + page_bytes); // its size, with room to spare as firmware leaves it
    const auto task = make();
    ASSERT_TRUE(task);
    const auto& layout = task->layout;
    const auto& info = *reinterpret_cast<const abi::BootInfo*>(at(*task, layout.boot_info));
    EXPECT_EQ(info.extra_bytes, 16 + boot_.tree.bytes());
    EXPECT_EQ(info.node_id, 0u);
    EXPECT_EQ(info.nodes, 1u);
    EXPECT_EQ(info.ipc_buffer, layout.ipc_buffer.raw());

    const u8* const chunk = at(*task, layout.extra_pages.begin);
    const auto& header = *reinterpret_cast<const abi::ChunkHeader*>(chunk);
    EXPECT_EQ(header.id, abi::ChunkId::DeviceTree);
    EXPECT_EQ(header.bytes, info.extra_bytes);
    const auto tree = open_tree(chunk + sizeof header, header.bytes - sizeof header);
    ASSERT_TRUE(tree) << "a tree that ends where its chunk does: " << tree.error().what;
    EXPECT_EQ(tree->root().text("model"), "linux,dummy-virt");
}

TEST_F(RootTaskTest, BeginsWithRegistersOfZeroButTwo) {
    const auto task = make();
    ASSERT_TRUE(task);
    const auto& thread = *task->thread;
    EXPECT_EQ(thread.state, ThreadState::Running);
    EXPECT_EQ(thread.priority, 255);
    EXPECT_EQ(thread.mcp, 255);
    EXPECT_EQ(thread.ticks_left, 5);
    EXPECT_EQ(cspace(*task)[1].cap, Cap<Tcb>::make(arch::window.phys(&thread)));
    EXPECT_TRUE(cspace(*task)[11].cap.as<Domain>());
    EXPECT_EQ(thread.context.pc, 0x40'0004u);
    EXPECT_EQ(thread.context.x[0], task->layout.boot_info.raw());
    for (usize i = 1; i < thread.context.x.size(); ++i)
        EXPECT_EQ(thread.context.x[i], 0u) << i;
    EXPECT_EQ(thread.context.sp | thread.context.tls | thread.context.tls_ro, 0u);
    EXPECT_EQ(thread.context.pstate.raw(), 0x40u);
    EXPECT_EQ(thread.fpu.fpcr | thread.fpu.fpsr, 0u);
    for (const auto& vector : thread.fpu.v)
        EXPECT_EQ(vector.low | vector.high, 0u);
    EXPECT_EQ(reinterpret_cast<const u8*>(thread.writable_buffer()),
              at(*task, task->layout.ipc_buffer));
}

TEST_F(RootTaskTest, HasAnAddressSpaceOfItsOwn) {
    struct Mmu final : arch::FakeMmu {
        void store(const std::atomic<u64>&, u64) override {}
        void publish() override {}
        void invalidate_page(arch::Asid asid, VirtAddr) override { invalidated = asid; }
        void invalidate_asid(arch::Asid) override {}
        void enter(arch::UserSpace) override {}
        void await_invalidation() override {}
        void synchronise() override {}
        arch::Asid invalidated = arch::Asid::Kernel;
    } mmu;
    const auto task = make();
    ASSERT_TRUE(task);
    arch::fake_mmu = &mmu;
    EXPECT_TRUE(task->space.unmap(image, arch::PageSize::Small));
    arch::fake_mmu = nullptr;
    EXPECT_EQ(mmu.invalidated, arch::Asid{1});
}

TEST_F(RootTaskTest, HasACSpaceInWhichACPtrIsTheNumberOfASlot) {
    const auto task = make();
    ASSERT_TRUE(task);
    Slot& root = task->thread->slot(ThreadSlot::CSpaceRoot);
    const auto cnode = *root.cap.as<CNode>();
    EXPECT_EQ(cnode.radix(), 13u);
    EXPECT_EQ(cnode.guard(), 0u);
    EXPECT_EQ(cnode.guard_size(), 51u);
    EXPECT_TRUE(cnode.address().aligned(cnode.size_bits())) << "or it could not die as others do";
    Slot& own = cnode.slots()[2];
    EXPECT_EQ(own.cap, root.cap);
    EXPECT_TRUE(is_parent(own, root));
    for (const u64 cptr : {0u, 1u, 2u, 8191u})
        EXPECT_EQ(*lookup(*task->thread, cptr), &cnode.slots()[cptr]);
}

TEST_F(RootTaskTest, IsToldWhichSlotIsWhat) {
    ElfFile file;
    file.parts[1].address = 0x3fff'f000; // on either side of a border
    file.parts[0].address = 0x3fff'e000;
    file.header.entry = 0x3fff'e000;
    const auto task = make(file);
    ASSERT_TRUE(task);
    const auto& info = boot_info(*task);
    const u64 extra = task->layout.extra_pages.bytes() / page_bytes;
    const u64 image_pages = task->layout.image.bytes() / page_bytes;
    EXPECT_EQ(info.cnode_bits, 13u);
    EXPECT_EQ(info.domain, 0u);
    EXPECT_EQ(info.user_image_paging, (abi::SlotRange{16, 16 + 1 + 2 + 2}));
    EXPECT_EQ(info.extra_pages, (abi::SlotRange{21, 21 + extra}));
    EXPECT_EQ(info.user_image_frames, (abi::SlotRange{21 + extra, 21 + extra + image_pages}));
    EXPECT_EQ(info.untyped.begin, info.user_image_frames.end);
    EXPECT_EQ(info.empty, (abi::SlotRange{info.untyped.end, 8192}));
    EXPECT_EQ(info.shared_frames, (abi::SlotRange{0, 0}));
    EXPECT_EQ(info.io_space_caps, (abi::SlotRange{0, 0}));
    const auto slots = cspace(*task);
    for (u64 i = 0; i < slots.size(); ++i) {
        const bool full =
            std::ranges::count(std::array{1, 2, 3, 5, 6, 9, 10, 11}, static_cast<int>(i)) != 0 ||
            (16 <= i && i < info.untyped.end);
        EXPECT_EQ(slots[i].is_empty(), !full) << i;
        check_every_invariant(slots[i]);
    }
}

TEST_F(RootTaskTest, HasACapabilityToEachOfItsPages) {
    const auto task = make();
    ASSERT_TRUE(task);
    const auto& layout = task->layout;
    const auto& info = boot_info(*task);
    const auto slots = cspace(*task);
    const auto expect = [&](u64 slot, VirtAddr page) {
        const auto at_page = MappedAt::make(arch::Asid::RootTask, page);
        const PhysAddr place = task->memory.begin + (page - layout.image.begin);
        EXPECT_EQ(slots[slot].cap, Cap<Frame>::make(place, arch::PageSize::Small, false, at_page));
        EXPECT_TRUE(slots[slot].has(Slot::Original));
    };
    expect(9, layout.boot_info);
    expect(10, layout.ipc_buffer);
    for (u64 i = 0; i < layout.image.bytes() / page_bytes; ++i)
        expect(info.user_image_frames.begin + i, layout.image.begin + i * page_bytes);
    for (u64 i = 0; i < layout.extra_pages.bytes() / page_bytes; ++i)
        expect(info.extra_pages.begin + i, layout.extra_pages.begin + i * page_bytes);
}

TEST_F(RootTaskTest, HasACapabilityToEachOfItsTablesUpperOnesFirst) {
    ElfFile file;
    file.parts[1].address = 0x3fff'f000; // on either side of a border
    file.parts[0].address = 0x3fff'e000;
    file.header.entry = 0x3fff'e000;
    const auto task = make(file);
    ASSERT_TRUE(task);
    const auto slots = cspace(*task);
    const auto expect = [&](u64 slot, u64 place, arch::Level above) {
        const auto table = slots[slot].cap.as<PageTable>();
        ASSERT_TRUE(table);
        EXPECT_EQ(table->mapped(), MappedAt::make(arch::Asid::RootTask, VirtAddr{place}));
        const auto& entry = test::entry_of(task->space, VirtAddr{place}, above);
        EXPECT_EQ(arch::load_descriptor(entry).target(), table->address());
    };
    expect(16, 0, arch::Level::L0);
    expect(17, 0, arch::Level::L1);
    expect(18, 0x4000'0000, arch::Level::L1);
    expect(19, 0x3fe0'0000, arch::Level::L2);
    expect(20, 0x4000'0000, arch::Level::L2);
}

TEST_F(RootTaskTest, HasTheFirstIdentifierOfTheFirstPool) {
    const auto task = make();
    ASSERT_TRUE(task);
    const auto slots = cspace(*task);
    EXPECT_EQ(slots[3].cap, Cap<VSpace>::make(task->space.root(), arch::Asid{1}));
    EXPECT_EQ(slots[5].cap, Cap<AsidControl>::make());
    ASSERT_TRUE(slots[6].cap.as<AsidPool>());
    EXPECT_EQ(slots[6].cap.as<AsidPool>()->index(), 0u);
    EXPECT_EQ(asids_.find(arch::Asid{1})->root(), task->space.root());
    EXPECT_EQ(*asids_.free_asid(0), arch::Asid{2});
    EXPECT_EQ(*asids_.free_index(), 1u);
    const auto nowhere = asids_.space_of({}).root();
    EXPECT_NE(nowhere, task->space.root());
    for (const auto& entry : arch::window.at<arch::Table>(nowhere)->entries)
        EXPECT_EQ(entry.load(), 0u);
}

TEST_F(RootTaskTest, HoldsCopiesOfWhatItRunsBy) {
    const auto task = make();
    ASSERT_TRUE(task);
    const auto slots = cspace(*task);
    Tcb& thread = *task->thread;
    EXPECT_EQ(thread.slot(ThreadSlot::VSpaceRoot).cap, slots[3].cap);
    EXPECT_TRUE(is_parent(slots[3], thread.slot(ThreadSlot::VSpaceRoot)));
    EXPECT_EQ(thread.slot(ThreadSlot::IpcBuffer).cap,
              slots[10].cap.as<Frame>()->mapped(MappedAt{}));
    EXPECT_TRUE(is_parent(slots[10], thread.slot(ThreadSlot::IpcBuffer)));
    EXPECT_EQ(thread.buffer_address, boot_info(*task).ipc_buffer);
    for (const auto which : {ThreadSlot::Reply, ThreadSlot::Caller})
        EXPECT_TRUE(thread.slot(which).is_empty());
}

TEST_F(RootTaskTest, GetsAllMemoryThatIsLeft) {
    ASSERT_TRUE(boot_.devices.add_ram({PhysAddr{0}, PhysAddr{page_bytes}}));
    const auto task = make();
    ASSERT_TRUE(task);
    const auto& info = boot_info(*task);
    const auto slots = cspace(*task);
    u64 bytes = 0;
    for (u64 i = 0; i < info.untyped.end - info.untyped.begin; ++i) {
        const auto& description = info.untypeds[i];
        const Slot& slot = slots[info.untyped.begin + i];
        const auto untyped = slot.cap.as<Untyped>();
        ASSERT_TRUE(untyped);
        EXPECT_EQ(untyped->address().raw(), description.address);
        EXPECT_EQ(untyped->size_bits(), description.size_bits);
        EXPECT_EQ(untyped->is_device(), description.is_device == 1);
        EXPECT_EQ(untyped->is_device(), i == 0);
        EXPECT_EQ(untyped->watermark(), untyped->bytes()) << "nobody knows what is in it";
        EXPECT_TRUE(slot.has(Slot::Original));
        EXPECT_EQ(slot.previous, nullptr);
        if (!untyped->is_device()) bytes += untyped->bytes();
    }
    EXPECT_EQ(bytes, free_bytes());
    EXPECT_GT(bytes, boot_.allocator->left().bytes()) << "what was passed over for the CNode, too";
    EXPECT_FALSE(task->memory.contains(boot_.allocator->left().end));
}

TEST_F(RootTaskTest, SpansAsManyTablesAsItNeeds) {
    ElfFile file;
    file.parts[1].address = 0x3fff'f000; // two pages on either side of a border of all tables
    file.parts[0].address = 0x3fff'e000;
    file.header.entry = 0x3fff'e000;
    const auto task = make(file);
    ASSERT_TRUE(task);
    EXPECT_NE(at(*task, VirtAddr{0x3fff'f000}), nullptr);
    EXPECT_NE(at(*task, VirtAddr{0x4000'0000}), nullptr);
}

TEST_F(RootTaskTest, IsRefusedWhenThereIsNone) {
    boot_.machine.initrd.reset();
    const auto task = make_root_task(boot_, asids_);
    ASSERT_FALSE(task);
    TextTarget target;
    task.error().describe(TextOut{target});
    EXPECT_EQ(target.text, "no root task: firmware gave no initrd. `./tessera run --root-task FILE`"
                           " passes one, and so does QEMU's `-initrd FILE`");
}

TEST_F(RootTaskTest, IsRefusedWhenItDoesNotFit) {
    ElfFile file;
    file.parts[1].address = 0x7fff'ffff'd000;
    EXPECT_EQ(refusal(file),
              "the root task ends at 0x7ffffffff000: no room for BootInfo behind it");
    file.parts[1].address = 0x7000'0000'0000;
    EXPECT_EQ(refusal(file),
              "the root task needs 120259080216 KiB of memory, and 1040 KiB are left");
    // It grows until there is memory for it, but not for 71 more pages: the 64 of its CNode, its
    // thread, four tables, a table of nothing and a pool.
    file = {};
    usize more = pages - 100;
    const auto refused_with_one_more = [&] {
        take_memory_back();
        file.parts[1].memory_bytes = ++more * page_bytes;
        return refusal(file);
    };
    std::string outcome;
    while (outcome.empty())
        outcome = refused_with_one_more();
    for (usize i = 0; i < 71; ++i) {
        EXPECT_EQ(outcome, "no memory is left for the root task");
        outcome = refused_with_one_more();
    }
    EXPECT_TRUE(outcome.starts_with("the root task needs 1044 KiB of memory")) << outcome;
}

TEST_F(RootTaskTest, IsRefusedWhenItHasMorePagesThanSlots) {
    memory_.resize(9000);
    take_memory_back();
    ElfFile file;
    file.parts[1].memory_bytes = 8170 * page_bytes;
    const std::string outcome = refusal(file);
    EXPECT_EQ(outcome.find("the root task needs 82"), 0u) << outcome;
    EXPECT_NE(outcome.find(" slots in its CNode, which has 8192"), std::string::npos) << outcome;
}

TEST_F(RootTaskTest, LeavesRoomForAllThatComesBehindIt) {
    constexpr VirtAddr end{0x8000'0000'0000};
    EXPECT_TRUE(lay_out({image, end - 3 * page_bytes}, 16));
    EXPECT_TRUE(lay_out({image, end - 3 * page_bytes}, page_bytes));
    EXPECT_FALSE(lay_out({image, end - 3 * page_bytes}, page_bytes + 1));
    EXPECT_FALSE(lay_out({image, end}, 16));
}

} // namespace
} // namespace k
