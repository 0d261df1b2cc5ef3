/// \file
/// SEMANTICS 9: mappings and ASIDs.
#include "rig.hpp"
#include "vspace.hpp"

namespace spec {
namespace {

class Mappings : public Rig {
  protected:
    static constexpr Word vspace = 40;
    static constexpr Word tables = 41; ///< three, up to 43
    static constexpr Word frame = 44;
    static constexpr Word large = 45;
    static constexpr Word other_vspace = 46; ///< never assigned, at first
    static constexpr Word a = 50;
    static constexpr Word at_address = 0x40'0000;
    static constexpr Word rw = 3;

    void SetUp() override {
        Machine big = machine();
        big.untypeds[0].bits = 24;
        world = boot(big);
        ASSERT_EQ(retype(VRoot, 0, vspace), done());
        ASSERT_EQ(retype(Table, 0, tables, 3), done());
        ASSERT_EQ(retype(Small, 0, frame), done());
        ASSERT_EQ(retype(Large, 0, large), done());
        ASSERT_EQ(retype(VRoot, 0, other_vspace), done());
        ASSERT_EQ(assign(vspace), done());
    }
    Answer assign(Word which, Word pool = boot_slot::asid_pool) {
        return invoke(pool, Method::AsidAssign, {}, {which});
    }
    Answer map_table(Word table, Word address, Word root_table = vspace) {
        return invoke(table, Method::PageTableMap, {address, 0}, {root_table});
    }
    Answer map(Word page, Word address, Word rights = rw, Word attributes = 3,
               Word root_table = vspace) {
        return invoke(page, Method::PageMap, {address, rights, attributes}, {root_table});
    }
    void map_tables(Word count = 3) {
        for (Word i = 0; i < count; ++i) {
            ASSERT_EQ(map_table(tables + i, at_address), done());
        }
    }
    const VSpace& content() { return world.vspaces.at(get<VSpaceCap>(vspace).vspace); }
    std::optional<Page> page(Word address) {
        const auto found = page_at(content(), address);
        return found ? std::optional{found->second} : std::nullopt;
    }
    Answer missing(Word bits) { return failure(failed_lookup(false, {MissingCapability, {bits}})); }
    Answer invalid_root() { return failure(failed_lookup(false, {InvalidRoot})); }
};

TEST_F(Mappings, TablesGoInTopDown) {
    EXPECT_EQ(map(frame, at_address), missing(39));
    ASSERT_EQ(map_table(tables, at_address + 5), done()); // the address needs no alignment
    EXPECT_EQ(get<PageTableCap>(tables).mapping, (Mapping{2, 0}));
    EXPECT_EQ(map(frame, at_address), missing(30));
    ASSERT_EQ(map_table(tables + 1, at_address), done());
    EXPECT_EQ(map(frame, at_address), missing(21));
    EXPECT_EQ(map(frame, at_address + 0x8000'0000), missing(30));
    ASSERT_EQ(map_table(tables + 2, at_address), done());
    EXPECT_EQ(get<PageTableCap>(tables + 2).mapping, (Mapping{2, at_address}));
    EXPECT_EQ(map(frame, at_address), done());
    EXPECT_EQ(map(frame, at_address), done());
}

TEST_F(Mappings, PageTableMapChecksInOrder) {
    EXPECT_EQ(invoke(tables, Method::PageTableMap, {0}, {vspace}), refused(TruncatedMessage));
    EXPECT_EQ(invoke(tables, Method::PageTableMap, {0, 0}), refused(TruncatedMessage));
    EXPECT_EQ(map_table(tables, ~Word{0}, frame), refused(InvalidCapability, {1}));
    EXPECT_EQ(map_table(tables, ~Word{0}, other_vspace), refused(InvalidCapability, {1}));
    EXPECT_EQ(map_table(tables, user_top + 1), refused(InvalidArgument, {0}));
    map_tables();
    EXPECT_EQ(map_table(tables, ~Word{0}, frame), refused(InvalidCapability, {0}));
    ASSERT_EQ(retype(Table, 0, a), done());
    EXPECT_EQ(map_table(a, at_address), refused(DeleteFirst));
    EXPECT_EQ(map_table(a, user_top), done());
    EXPECT_EQ(invoke(a, Method::PageMap, {}), refused(IllegalOperation));
}

TEST_F(Mappings, APageInTheWayOfATable) {
    map_tables(2);
    ASSERT_EQ(map(large, at_address), done());
    EXPECT_EQ(map_table(tables + 2, at_address), refused(DeleteFirst));
    EXPECT_EQ(map(frame, at_address), missing(21)); // nor is there a table for a small page
    EXPECT_EQ(map_table(tables + 2, at_address + 0x20'0000), done());
}

TEST_F(Mappings, ATableInTheWayOfALargerPage) {
    map_tables();
    EXPECT_EQ(map(large, at_address), missing(12));
}

TEST_F(Mappings, DeadAndForeignASIDs) {
    ASSERT_EQ(copy(a, vspace), done());
    std::get<VSpaceCap>(world.slots.at(slot(a)).capability).asid = 1; // the root task's
    EXPECT_EQ(map(frame, at_address, rw, 3, a), refused(InvalidCapability, {1}));
    EXPECT_EQ(map_table(tables, 0, a), refused(InvalidCapability, {1}));
    std::get<VSpaceCap>(world.slots.at(slot(a)).capability).asid = 600;
    EXPECT_EQ(map(frame, 1, rw, 3, a), invalid_root());
    EXPECT_EQ(map_table(tables, 0, a), invalid_root());
}

TEST_F(Mappings, PageMapChecksInOrder) {
    EXPECT_EQ(invoke(frame, Method::PageMap, {0, 0}, {vspace}), refused(TruncatedMessage));
    EXPECT_EQ(invoke(frame, Method::PageMap, {0, 0, 0}), refused(TruncatedMessage));
    EXPECT_EQ(map(frame, 1, rw, 3, frame), refused(InvalidCapability, {1}));
    EXPECT_EQ(map(frame, 1, rw, 3, other_vspace), refused(InvalidCapability, {1}));
    EXPECT_EQ(map(frame, 1), refused(AlignmentError));
    EXPECT_EQ(map(large, 0x1000), refused(AlignmentError));
    EXPECT_EQ(map(frame, user_top + 1), refused(InvalidArgument, {0}));
    EXPECT_EQ(map(frame, user_top - 0xFFF), missing(39)); // the last page is a user page
    map_tables();
    ASSERT_EQ(map(frame, at_address), done());
    EXPECT_EQ(map(frame, at_address + 0x1000), refused(InvalidArgument, {0}));
    ASSERT_EQ(assign(other_vspace), done());
    EXPECT_EQ(map(frame, at_address, rw, 3, other_vspace), refused(InvalidCapability, {1}));
    EXPECT_EQ(invoke(frame, Method::PageTableMap), refused(IllegalOperation));
}

TEST_F(Mappings, MappingAgainChangesRightsAndAttributes) {
    map_tables();
    ASSERT_EQ(map(frame, at_address, rw, 3), done());
    EXPECT_EQ(page(at_address)->access, Access::ReadWrite);
    EXPECT_TRUE(page(at_address)->cacheable && page(at_address)->executable);
    ASSERT_EQ(map(frame, at_address, 2, 4), done());
    EXPECT_EQ(page(at_address)->access, Access::ReadOnly);
    EXPECT_FALSE(page(at_address)->cacheable || page(at_address)->executable);
    ASSERT_EQ(map(frame, at_address, 1), done());
    EXPECT_EQ(page(at_address)->access, Access::None); // write only is no access
    ASSERT_EQ(copy(a, frame, 2), done());
    ASSERT_EQ(map(a, at_address + 0x1000), done());
    EXPECT_EQ(page(at_address + 0x1000)->access, Access::ReadOnly); // the capability's rights
}

TEST_F(Mappings, AnotherFrameReplacesAMapping) {
    map_tables();
    ASSERT_EQ(map(frame, at_address), done());
    ASSERT_EQ(retype(Small, 0, a), done());
    ASSERT_EQ(map(a, at_address), done());
    EXPECT_EQ(page(at_address)->frame, get<FrameCap>(a).address);
    EXPECT_EQ(invoke(frame, Method::PageUnmap), done()); // no longer has an effect
    EXPECT_TRUE(page(at_address).has_value());
    EXPECT_FALSE(get<FrameCap>(frame).mapping.has_value());
}

TEST_F(Mappings, UnmapAndDelete) {
    map_tables();
    ASSERT_EQ(map(frame, at_address), done());
    ASSERT_EQ(copy(a, frame), done());
    ASSERT_EQ(map(a, at_address + 0x1000), done()); // a frame mapped twice
    ASSERT_EQ(invoke(frame, Method::PageUnmap), done());
    EXPECT_FALSE(page(at_address).has_value());
    EXPECT_EQ(invoke(frame, Method::PageUnmap), done());
    ASSERT_EQ(remove(a), done()); // not the last capability, yet it unmaps its own mapping
    EXPECT_FALSE(page(at_address + 0x1000).has_value());
}

TEST_F(Mappings, PageTableUnmapTakesWhatIsBelow) {
    map_tables();
    ASSERT_EQ(map(frame, at_address), done());
    ASSERT_EQ(copy(a, tables + 1), done());
    EXPECT_EQ(invoke(tables + 1, Method::PageTableUnmap), refused(RevokeFirst));
    ASSERT_EQ(remove(a), done());
    ASSERT_EQ(invoke(tables + 1, Method::PageTableUnmap), done());
    EXPECT_FALSE(page(at_address).has_value());
    EXPECT_EQ(content().tables.size(), 1);
    EXPECT_FALSE(get<PageTableCap>(tables + 1).mapping.has_value());
    EXPECT_TRUE(get<FrameCap>(frame).mapping.has_value()); // still thinks that it is mapped
    EXPECT_EQ(map(frame, at_address), missing(30));
    EXPECT_EQ(invoke(tables + 1, Method::PageTableUnmap), done()); // not mapped: success
    EXPECT_EQ(map_table(tables + 2, at_address), refused(InvalidCapability, {0}));
    EXPECT_EQ(invoke(tables + 2, Method::PageTableUnmap), done());
    ASSERT_EQ(map_table(tables + 1, at_address), done());
    ASSERT_EQ(map_table(tables + 2, at_address), done());
    EXPECT_EQ(map(frame, at_address), done()); // works even if the mapping had been lost
}

TEST_F(Mappings, DeletingTheLastPageTableCapabilityUnmapsIt) {
    map_tables();
    ASSERT_EQ(map(frame, at_address), done());
    ASSERT_EQ(remove(tables + 2), done());
    EXPECT_EQ(content().tables.size(), 2);
    EXPECT_FALSE(page(at_address).has_value());
}

TEST_F(Mappings, ADeletedVSpaceLeavesCapabilitiesMapped) {
    map_tables();
    ASSERT_EQ(map(frame, at_address), done());
    ASSERT_EQ(remove(vspace), done());
    ASSERT_EQ(assign(other_vspace), done());
    EXPECT_EQ(get<VSpaceCap>(other_vspace).asid, 2);                     // the entry was freed
    EXPECT_EQ(map(frame, at_address, rw, 3, other_vspace), missing(39)); // the same ASID
    EXPECT_EQ(map(frame, 0, rw, 3, other_vspace), refused(InvalidArgument, {0}));
    ASSERT_EQ(invoke(frame, Method::PageUnmap), done());
    EXPECT_EQ(map(frame, 0, rw, 3, other_vspace), missing(39));
}

TEST_F(Mappings, GetAddress) {
    EXPECT_EQ(invoke(frame, Method::PageGetAddress), done({get<FrameCap>(frame).address}));
}

TEST_F(Mappings, PageCacheOperationsCheckInOrder) {
    const auto clean = [this](const Words& words, Method method = Method::PageCleanData) {
        return invoke(frame, method, words);
    };
    EXPECT_EQ(clean({0}), refused(TruncatedMessage));
    EXPECT_EQ(clean({1, 0}), refused(IllegalOperation));
    map_tables();
    ASSERT_EQ(map(frame, at_address, 2), done());
    EXPECT_EQ(clean({8, 8}), refused(InvalidArgument, {1}));
    EXPECT_EQ(clean({0x1000, 0x1001}), refused(InvalidArgument, {0}));
    EXPECT_EQ(clean({0, 0x1001}), refused(InvalidArgument, {0}));
    EXPECT_EQ(clean({0, 0x1000}), done());
    EXPECT_EQ(clean({0, 1}, Method::PageInvalidateData), refused(IllegalOperation)); // read only
    EXPECT_EQ(clean({0, 1}, Method::PageUnifyInstruction), done());
    ASSERT_EQ(invoke(tables + 2, Method::PageTableUnmap), done());
    EXPECT_EQ(clean({0, 1}), refused(InvalidCapability, {0}));
    ASSERT_EQ(remove(vspace), done());
    EXPECT_EQ(clean({1, 0}), invalid_root());
}

TEST_F(Mappings, VSpaceCacheOperationsCheckInOrder) {
    const auto clean = [this](const Words& words, Word on = vspace,
                              Method method = Method::VSpaceCleanData) {
        return invoke(on, method, words);
    };
    EXPECT_EQ(clean({0}), refused(TruncatedMessage));
    EXPECT_EQ(clean({5, 5}, other_vspace), refused(InvalidArgument, {1}));
    EXPECT_EQ(clean({5, user_top + 1}, other_vspace), refused(IllegalOperation));
    EXPECT_EQ(clean({5, 6}, other_vspace), refused(InvalidCapability, {0}));
    EXPECT_EQ(clean({at_address, at_address + 1}), done()); // not mapped: nothing done
    map_tables();
    ASSERT_EQ(map(frame, at_address, 2), done());
    EXPECT_EQ(clean({at_address + 8, at_address + 0x1000}), done());
    EXPECT_EQ(clean({at_address + 8, at_address + 0x1001}),
              refused(RangeError, {at_address + 8, at_address + 0xFFF}));
    EXPECT_EQ(clean({at_address, at_address + 1}, vspace, Method::VSpaceInvalidateData),
              refused(IllegalOperation));
    EXPECT_EQ(clean({0, 1}, vspace, Method::PageMap), refused(IllegalOperation));
    std::get<VSpaceCap>(world.slots.at(slot(vspace)).capability).asid = 1;
    EXPECT_EQ(clean({5, 6}), refused(InvalidCapability, {0}));
    std::get<VSpaceCap>(world.slots.at(slot(vspace)).capability).asid = 700;
    EXPECT_EQ(clean({5, 6}), invalid_root());
}

class Asids : public Mappings {
  protected:
    Answer make_pool(Word from, Word to, Word depth = 64) {
        return invoke(boot_slot::asid_control, Method::AsidMakePool, {to, depth},
                      {from, boot_slot::cnode});
    }
};

TEST_F(Asids, MakePoolChecksInOrder) {
    EXPECT_EQ(invoke(boot_slot::asid_control, Method::AsidMakePool, {0}, {a, a}),
              refused(TruncatedMessage));
    EXPECT_EQ(invoke(boot_slot::asid_control, Method::AsidMakePool, {0, 0}, {a}),
              refused(TruncatedMessage));
    EXPECT_EQ(invoke(boot_slot::asid_control, Method::AsidAssign), refused(IllegalOperation));
    EXPECT_EQ(make_pool(frame, a, 99), refused(InvalidCapability, {1}));
    EXPECT_EQ(make_pool(untyped, a), refused(InvalidCapability, {1})); // not of 12 bits
    ASSERT_EQ(retype(Untyped, 12, a, 1, device_untyped), done());
    EXPECT_EQ(make_pool(a, a + 5), refused(InvalidCapability, {1}));
    ASSERT_EQ(retype(Untyped, 12, a + 1), done());
    ASSERT_EQ(retype(Ep, 0, a + 2, 1, a + 1), done());
    EXPECT_EQ(make_pool(a + 1, a, 99), refused(RevokeFirst));
    ASSERT_EQ(remove(a + 2), done());
    EXPECT_EQ(make_pool(a + 1, a, 99), refused(RangeError, {1, 64}));
    EXPECT_EQ(make_pool(a + 1, a), refused(DeleteFirst));
    EXPECT_EQ(make_pool(a + 1, a + 5), done());
    EXPECT_EQ(get<AsidPoolCap>(a + 5).index, 1);
    EXPECT_EQ(parent(a + 5), slot(a + 1));
    EXPECT_EQ(retype(Ep, 0, a + 6, 1, a + 1), refused(NotEnoughMemory, {0})); // used up
}

TEST_F(Asids, ThereAre128Pools) {
    ASSERT_EQ(retype(Untyped, 12, 60, 128), done());
    ASSERT_EQ(retype(CapTable, 7, a), done());
    for (Word i = 0; i < 127; ++i) {
        ASSERT_EQ(invoke(boot_slot::asid_control, Method::AsidMakePool, {i, 7}, {60 + i, a}),
                  done());
    }
    EXPECT_EQ(make_pool(frame, a, 99), refused(DeleteFirst)); // before any other check
}

TEST_F(Asids, AssignChecksInOrder) {
    EXPECT_EQ(invoke(boot_slot::asid_pool, Method::AsidAssign), refused(TruncatedMessage));
    EXPECT_EQ(invoke(boot_slot::asid_pool, Method::AsidMakePool), refused(IllegalOperation));
    EXPECT_EQ(assign(frame), refused(InvalidCapability, {1}));
    EXPECT_EQ(assign(vspace), refused(InvalidCapability, {1})); // assigned already
    ASSERT_EQ(assign(other_vspace), done());
    EXPECT_EQ(get<VSpaceCap>(other_vspace).asid, 3); // the root task has 1, the first here 2
}

TEST_F(Asids, ANewPoolBeginsWithItsFirstEntryTheBootPoolWithItsSecond) {
    ASSERT_EQ(retype(Untyped, 12, a), done());
    ASSERT_EQ(make_pool(a, a + 1), done());
    ASSERT_EQ(assign(other_vspace, a + 1), done());
    EXPECT_EQ(get<VSpaceCap>(other_vspace).asid, 512);
    ASSERT_EQ(remove(a + 1), done()); // the pool dies: its VSpaces lose their ASID
    EXPECT_EQ(map_table(tables, 0, other_vspace), invalid_root());
    EXPECT_EQ(assign(other_vspace), refused(InvalidCapability, {1}));
}

TEST_F(Asids, WhoRunsIsInItsAddressSpace) {
    const auto first = world.user_space;
    EXPECT_EQ(first, get<VSpaceCap>(boot_slot::vspace));
    const Name peer = spawn(a);
    ASSERT_EQ(invoke(a, Method::SetSpace, {0, 0, 0}, {boot_slot::cnode, vspace}), done());
    EXPECT_EQ(world.user_space, first);
    switch_to(peer);
    EXPECT_EQ(world.user_space, get<VSpaceCap>(vspace));
}

/// "A thread whose VSpace has lost its ASID runs in an empty address space."
TEST_F(Asids, AnAddressSpaceGoesWithItsPool) {
    ASSERT_EQ(retype(Untyped, 12, a), done());
    ASSERT_EQ(make_pool(a, a + 1), done());
    ASSERT_EQ(assign(other_vspace, a + 1), done());
    ASSERT_EQ(map_table(tables, 0, other_vspace), done());
    ASSERT_EQ(
        invoke(boot_slot::thread, Method::SetSpace, {0, 0, 0}, {boot_slot::cnode, other_vspace}),
        done());
    const auto space = get<VSpaceCap>(other_vspace);
    EXPECT_EQ(world.user_space, space);
    ASSERT_EQ(remove(a + 1), done());
    EXPECT_EQ(world.user_space, std::nullopt);
    EXPECT_EQ(world.vspaces.at(space.vspace), VSpace{});
}

TEST_F(Asids, AFullPool) {
    AsidPool& pool = world.pools.at(get<AsidPoolCap>(boot_slot::asid_pool).pool);
    const Name filler = get<VSpaceCap>(vspace).vspace;
    for (Word entry = 1; entry < 511; ++entry) {
        pool.vspaces.try_emplace(entry, filler);
    }
    ASSERT_EQ(assign(other_vspace), done());
    EXPECT_EQ(get<VSpaceCap>(other_vspace).asid, 511);
    ASSERT_EQ(retype(VRoot, 0, a), done());
    EXPECT_EQ(assign(a), refused(DeleteFirst));
}

} // namespace
} // namespace spec
