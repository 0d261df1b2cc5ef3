/// \file
/// A world with frames and tables in it, watched by an adversary's MMU and caches.
#pragma once

#include "arch/user_space.hpp"
#include "cache_model.hpp"
#include "tables.hpp"
#include "world_model.hpp"

#include <optional>

namespace k::test {

using abi::Error;
using abi::ObjectType;
using arch::Asid;
using arch::MemoryType;
using arch::Protection;
namespace label = abi::label;

/// What a user's leaf says.
[[nodiscard]] inline arch::Attributes user_leaf(Protection protection,
                                                MemoryType memory = MemoryType::Normal) {
    return {arch::Owner::User, protection, memory};
}

class Memory : public World {
  public:
    // Slots.
    static constexpr u64 tables = 32; ///< four of them
    static constexpr u64 frame = 36;
    static constexpr u64 other_frame = 37;
    static constexpr u64 new_vspace = 38; ///< without an identifier
    static constexpr u64 large_frame = 39;
    static constexpr u64 huge_frame = 40;
    static constexpr u64 copy = 41;
    static constexpr u64 pages = 42; ///< two untypeds of a page each
    static constexpr u64 second_pool = 44;
    static constexpr u64 third_vspace = 45;
    static constexpr u64 empty = 46;
    static constexpr u64 huge_memory = 47; ///< a device's
    static constexpr u64 device_frame = 48;

    // Arguments.
    static constexpr u64 va = 0x7f'4000'3000;
    static constexpr u64 end_of_user = abi::user_top + 1;
    static constexpr u64 rw = 3;
    static constexpr u64 cached = 1;
    static constexpr u64 execute_never = 4;
    static constexpr PhysAddr huge_place{u64{1} << 38};

    Memory() {
        EXPECT_EQ(retype(untyped, ObjectType::PageTable, 0, tables, 4), no_error);
        EXPECT_EQ(retype(untyped, ObjectType::SmallPage, 0, frame, 2), no_error);
        EXPECT_EQ(retype(untyped, ObjectType::VSpace, 0, new_vspace), no_error);
        EXPECT_EQ(retype(untyped, ObjectType::VSpace, 0, third_vspace), no_error);
        EXPECT_EQ(retype(untyped, ObjectType::Untyped, 12, pages, 2), no_error);
        EXPECT_EQ(retype(device, ObjectType::SmallPage, 0, device_frame), no_error);
        plant(slot(huge_memory), Cap<Untyped>::make(huge_place, 32, true));
        EXPECT_EQ(retype(huge_memory, ObjectType::HugePage, 0, huge_frame), no_error);
        EXPECT_EQ(retype(huge_memory, ObjectType::LargePage, 0, large_frame), no_error);
        watch();
    }

    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    ~Memory() {
        EXPECT_EQ(mmu->violations(), std::vector<std::string>{});
        EXPECT_EQ(caches->violations(), std::vector<std::string>{});
    }

    void watch() {
        mmu.emplace();
        caches.emplace();
        arch::enter({space().root(), Asid::RootTask});
    }

    Answer map_table(u64 table, u64 at, u64 where = vspace) {
        return invoke(table, label::PageTableMap, {at, 3}, {where});
    }

    void map_tables(u64 at = va, u64 count = 3) {
        for (u64 i = 0; i < count; ++i)
            EXPECT_EQ(map_table(tables + i, at), no_error);
    }

    Answer map(u64 page, u64 at = va, u64 rights = rw, u64 attributes = cached,
               u64 where = vspace) {
        return invoke(page, label::PageMap, {at, rights, attributes}, {where});
    }

    Answer unmap(u64 page) { return invoke(page, label::PageUnmap, {}); }

    Answer assign(u64 which, u64 pool = asid_pool) {
        return invoke(pool, label::ASIDPoolAssign, {}, {which});
    }

    Answer make_pool(u64 to, u64 memory = pages) {
        return invoke(asid_control, label::ASIDControlMakePool, {to, 64}, {memory, root});
    }

    Answer remove(u64 which) { return invoke(root, label::CNodeDelete, {which, 64}); }

    Answer revoke(u64 which) { return invoke(root, label::CNodeRevoke, {which, 64}); }

    Answer copy_of(u64 which, u64 to = copy, u64 rights = 0xf) {
        return invoke(root, label::CNodeCopy, {to, 64, which, 64, rights}, {root});
    }

    /// Where a frame is.
    PhysAddr place(u64 page) { return slot(page).cap.address(); }

    PhysRange memory_of(u64 page) { return {place(page), place(page) + page_bytes}; }

    /// What the next instruction may find there.
    std::set<Outcome> outcomes(u64 at = va, Asid asid = Asid::RootTask) {
        arch::synchronise_context(); // as the way out of the kernel does
        return mmu->outcomes(asid, VirtAddr{at});
    }

    static Answer missing(u64 bits_left) {
        return failed_lookup(false, LookupFailure::missing_capability(bits_left));
    }

    const Answer dead_root = failed_lookup(false, LookupFailure::invalid_root());

    /// An address space whose identifier is no longer alive, or another's.
    void make_stale(bool taken_over) {
        EXPECT_EQ(make_pool(second_pool), no_error);
        EXPECT_EQ(assign(new_vspace, second_pool), no_error);
        EXPECT_EQ(remove(second_pool), no_error);
        if (!taken_over) return;
        EXPECT_EQ(make_pool(second_pool), no_error);
        EXPECT_EQ(assign(third_vspace, second_pool), no_error);
    }

    std::optional<MmuModel> mmu;
    std::optional<CacheModel> caches;
};

/// A test fixture that is such a world.
class MemoryTest : public testing::Test, public Memory {};

} // namespace k::test
