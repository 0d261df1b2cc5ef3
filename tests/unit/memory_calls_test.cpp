// Frames, tables, address spaces and their identifiers: what may be asked of them, and what then
// can be reached. Refusals stand in the order in which they win.
#include "lifecycle/unmap.hpp"
#include "memory_model.hpp"

namespace k::test {
namespace {

const auto read_write_leaf = user_leaf(Protection::ReadWriteExecute);

// --- Page tables --------------------------------------------------------------------------------

TEST_F(MemoryTest, ATableIsRefusedForManyReasons) {
    EXPECT_EQ(invoke(tables, label::PageTableMap, {va}, {vspace}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(tables, label::PageTableMap, {va, 3}), error(Error::TruncatedMessage));
    EXPECT_EQ(map_table(tables, va), no_error);
    EXPECT_EQ(map_table(tables, va, empty), error(Error::InvalidCapability, {0}));
    for (const u64 wrong : {empty, untyped, new_vspace})
        EXPECT_EQ(map_table(tables + 1, end_of_user, wrong), error(Error::InvalidCapability, {1}));
    EXPECT_EQ(invoke(tables, label::PageMap, {}), error(Error::IllegalOperation));

    make_stale(false);
    EXPECT_EQ(map_table(tables + 1, end_of_user, new_vspace), error(Error::InvalidArgument, {0}));
    EXPECT_EQ(map_table(tables + 1, end_of_user - 1, new_vspace), dead_root);
    EXPECT_EQ(make_pool(second_pool), no_error);
    EXPECT_EQ(assign(third_vspace, second_pool), no_error);
    EXPECT_EQ(map_table(tables + 1, va, new_vspace), error(Error::InvalidCapability, {1}));

    EXPECT_EQ(map_table(tables + 1, va), no_error);
    EXPECT_EQ(map_table(tables + 2, va), no_error);
    EXPECT_EQ(map_table(tables + 3, va), error(Error::DeleteFirst));
}

TEST_F(MemoryTest, ATableIsRefusedWhereAPageIs) {
    map_tables(va, 2);
    ASSERT_EQ(map(large_frame, 0x7f'4000'0000), no_error);
    EXPECT_EQ(map_table(tables + 3, va), error(Error::DeleteFirst));
    EXPECT_EQ(map_table(tables + 3, va + large), no_error) << "the next one over";
}

TEST_F(MemoryTest, TablesGoToTheHighestMissingLevel) {
    const auto found = [&] { return space().walk(VirtAddr{va}).level; };
    EXPECT_EQ(found(), arch::Level::L0);
    for (u64 i = 0; i < 3; ++i) {
        EXPECT_EQ(map(frame), missing(39 - 9 * i));
        ASSERT_EQ(map_table(tables + i, va + 5), no_error) << "no alignment is asked for";
        EXPECT_EQ(found(), static_cast<arch::Level>(i + 1));
    }
    EXPECT_EQ(map(frame), no_error);
    EXPECT_EQ(outcomes(), only(place(frame), read_write_leaf));
}

TEST_F(MemoryTest, TheLastAddressTakesATableAndAPage) {
    map_tables(end_of_user - 1);
    EXPECT_EQ(map(frame, end_of_user - page_bytes), no_error);
}

TEST_F(MemoryTest, ATableIsTakenOutWithAllBelowIt) {
    map_tables();
    ASSERT_EQ(map(frame), no_error);
    ASSERT_EQ(copy_of(tables + 1), no_error);
    EXPECT_EQ(invoke(tables + 1, label::PageTableUnmap, {}), error(Error::RevokeFirst));
    ASSERT_EQ(remove(copy), no_error);
    EXPECT_EQ(invoke(tables + 1, label::PageTableUnmap, {}), no_error);
    EXPECT_EQ(mmu->outcomes(Asid::RootTask, VirtAddr{va}), only_fault) << "when the call returns";
    EXPECT_EQ(invoke(tables + 1, label::PageTableUnmap, {}), no_error) << "it is not mapped";
    EXPECT_EQ(preemptions(), 0u);
    EXPECT_EQ(map_table(tables + 2, va), error(Error::InvalidCapability, {0}))
        << "those below think that they are still mapped";
    EXPECT_EQ(map(frame, va + page_bytes), error(Error::InvalidArgument, {0}));
    EXPECT_EQ(map(frame), missing(30));

    // The lowest one is not in its place any more, but what it held must not come along.
    EXPECT_EQ(invoke(tables + 2, label::PageTableUnmap, {}), no_error);
    EXPECT_EQ(map_table(tables + 1, va), no_error);
    EXPECT_EQ(map_table(tables + 2, va), no_error);
    EXPECT_EQ(outcomes(), only_fault);
    EXPECT_EQ(map(frame), no_error) << "where it says that it is";
    EXPECT_EQ(outcomes(), only(place(frame), read_write_leaf));
}

TEST_F(MemoryTest, ATableIsTakenOutOnlyWhereItIs) {
    map_tables();
    ASSERT_EQ(map(frame), no_error);
    ASSERT_EQ(invoke(tables, label::PageTableUnmap, {}), no_error);
    ASSERT_EQ(map_table(tables + 3, va), no_error);
    ASSERT_EQ(map_table(tables, va), no_error) << "now it has another level";
    EXPECT_EQ(invoke(tables + 1, label::PageTableUnmap, {}), no_error);
    EXPECT_EQ(space().walk(VirtAddr{va}).level, arch::Level::L2) << "its place is another's";
}

TEST_F(MemoryTest, TablesBeginEmptyForWalkersToo) {
    mmu.reset();
    EXPECT_EQ(revoke(untyped), no_error);
    for (auto& entry : arch::window.at<arch::Table>(memory())->entries)
        entry.store(arch::Descriptor::leaf(arch::PageSize::Large, {}, read_write_leaf).raw());
    watch();
    EXPECT_EQ(retype(untyped, ObjectType::PageTable, 0, tables, 3), no_error);
    EXPECT_EQ(retype(untyped, ObjectType::SmallPage, 0, frame), no_error);
    map_tables();
    EXPECT_EQ(outcomes(), only_fault);
    EXPECT_EQ(outcomes(va & ~(huge - 1)), only_fault);
}

TEST_F(MemoryTest, AnAddressSpaceBeginsEmptyForWalkersToo) {
    mmu.reset();
    EXPECT_EQ(revoke(untyped), no_error);
    const auto entries_of = [](PhysAddr table) -> auto& {
        return arch::window.at<arch::Table>(table)->entries;
    };
    const PhysAddr second = memory() + page_bytes;
    entries_of(memory())[arch::index_at(VirtAddr{va}, arch::Level::L0)].store(
        arch::Descriptor::to_table(second).raw());
    entries_of(second)[arch::index_at(VirtAddr{va}, arch::Level::L1)].store(
        arch::Descriptor::leaf(arch::PageSize::Huge, {}, read_write_leaf).raw());
    watch();
    EXPECT_EQ(retype(untyped, ObjectType::VSpace, 0, new_vspace), no_error);
    EXPECT_EQ(assign(new_vspace), no_error);
    kernel.asids.space_of(slot(new_vspace).cap).enter();
    EXPECT_EQ(outcomes(va, Asid{2}), only_fault);
}

// --- Mapping frames -----------------------------------------------------------------------------

TEST_F(MemoryTest, APageIsRefusedForManyReasons) {
    EXPECT_EQ(invoke(frame, label::PageMap, {va, rw}, {vspace}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(frame, label::PageMap, {va, rw, cached}), error(Error::TruncatedMessage));
    for (const u64 wrong : {empty, untyped, new_vspace})
        EXPECT_EQ(map(frame, va + 1, rw, cached, wrong), error(Error::InvalidCapability, {1}));
    EXPECT_EQ(invoke(frame, label::PageTableMap, {}), error(Error::IllegalOperation));

    make_stale(false);
    EXPECT_EQ(map(frame, va + 1, rw, cached, new_vspace), dead_root);
    EXPECT_EQ(make_pool(second_pool), no_error);
    EXPECT_EQ(assign(third_vspace, second_pool), no_error);
    EXPECT_EQ(map(frame, va + 1, rw, cached, new_vspace), error(Error::InvalidCapability, {1}));

    map_tables();
    ASSERT_EQ(map(frame), no_error);
    EXPECT_EQ(map(frame, va + 1), error(Error::AlignmentError));
    EXPECT_EQ(map(frame, va, rw, cached, third_vspace), error(Error::InvalidCapability, {1}));
    EXPECT_EQ(map(frame, va + page_bytes), error(Error::InvalidArgument, {0}));
    EXPECT_EQ(map(other_frame, end_of_user + 1), error(Error::AlignmentError));
    for (const u64 kernels : {end_of_user, u64{0xffff'0000'4000'0000}, ~u64{0} << page_bits})
        EXPECT_EQ(map(other_frame, kernels), error(Error::InvalidArgument, {0}));
    EXPECT_EQ(map(other_frame, end_of_user - page_bytes), missing(39));
    EXPECT_EQ(map(other_frame, va + huge), missing(30));
    EXPECT_EQ(map(other_frame, va + large), missing(21));
}

TEST_F(MemoryTest, LargerPagesHaveAPlaceOfTheirOwn) {
    const u64 here = 0x7f'4000'0000;
    EXPECT_EQ(map(large_frame, here + small), error(Error::AlignmentError));
    EXPECT_EQ(map(huge_frame, here + large), error(Error::AlignmentError));
    EXPECT_EQ(map(large_frame, end_of_user), error(Error::InvalidArgument, {0}));
    EXPECT_EQ(map(large_frame, here), missing(39));
    EXPECT_EQ(map(huge_frame, here), missing(39));
    map_tables(here, 1);
    EXPECT_EQ(map(huge_frame, here), no_error);
    EXPECT_EQ(outcomes(here + huge - 8),
              only(huge_place + huge - 8, read_write_leaf, arch::PageSize::Huge));
    EXPECT_EQ(map(frame, here), missing(30)) << "a page is in the way";
    EXPECT_EQ(unmap(huge_frame), no_error);
    EXPECT_EQ(outcomes(here + huge - 8), only_fault);

    EXPECT_EQ(map_table(tables + 1, here), no_error);
    EXPECT_EQ(map(huge_frame, here), missing(21)) << "a table is, and leads no further";
    EXPECT_EQ(map(large_frame, here), no_error);
    EXPECT_EQ(outcomes(here + large - 8),
              only(place(large_frame) + large - 8, read_write_leaf, arch::PageSize::Large));
    EXPECT_EQ(unmap(large_frame), no_error);
    EXPECT_EQ(outcomes(here), only_fault);
    EXPECT_EQ(map_table(tables + 2, here), no_error);
    EXPECT_EQ(map(large_frame, here), missing(12));
    EXPECT_EQ(map(huge_frame, here), missing(12));
}

TEST_F(MemoryTest, RightsAreThoseOfTheCapabilityAndOfTheCallTogether) {
    map_tables();
    ASSERT_EQ(copy_of(frame, copy, 2), no_error);
    const auto mapped = [&](u64 page, u64 rights, u64 attributes) {
        EXPECT_EQ(map(page, va, rights, attributes), no_error);
        return outcomes();
    };
    const auto expected = [&](Protection protection) {
        return only(place(frame), user_leaf(protection));
    };
    constexpr u64 data = cached | execute_never;
    EXPECT_EQ(mapped(frame, rw, data), expected(Protection::ReadWrite));
    EXPECT_EQ(mapped(frame, 2, data), expected(Protection::Read));
    EXPECT_EQ(mapped(frame, 1, data), expected(Protection::None)) << "nobody only writes";
    EXPECT_EQ(mapped(frame, 0, data), expected(Protection::None));
    EXPECT_EQ(mapped(frame, ~u64{0}, data), expected(Protection::ReadWrite)) << "bits ignored";
    EXPECT_EQ(mapped(frame, rw, cached), expected(Protection::ReadWriteExecute));
    EXPECT_EQ(mapped(frame, 2, cached | 2 | ~u64{7}), expected(Protection::ReadExecute));
    EXPECT_EQ(mapped(frame, 0, cached), expected(Protection::Execute));
    EXPECT_EQ(unmap(frame), no_error);
    EXPECT_EQ(mapped(copy, rw, data), expected(Protection::Read));
    EXPECT_EQ(mapped(copy, 1, data), expected(Protection::None));
}

TEST(UserLeaf, WithoutRightsIsNobodysButForExecution) {
    using arch::Descriptor;
    const auto leaf = [](Protection protection) {
        return Descriptor::leaf(arch::PageSize::Small, {}, user_leaf(protection));
    };
    EXPECT_FALSE(leaf(Protection::None)[Descriptor::user]);
    EXPECT_FALSE(leaf(Protection::Execute)[Descriptor::user]);
    EXPECT_TRUE(leaf(Protection::None)[Descriptor::read_only]);
    EXPECT_TRUE(leaf(Protection::None)[Descriptor::user_execute_never]);
    EXPECT_FALSE(leaf(Protection::Execute)[Descriptor::user_execute_never]);
    EXPECT_FALSE(leaf(Protection::Read).user_may_write());
    EXPECT_FALSE(leaf(Protection::None).user_may_write());
    EXPECT_TRUE(leaf(Protection::ReadWrite).user_may_write());
    for (const auto protection : {Protection::None, Protection::Execute}) {
        EXPECT_TRUE(leaf(protection)[Descriptor::kernel_execute_never]);
        EXPECT_TRUE(leaf(protection)[Descriptor::not_global]);
    }
}

TEST_F(MemoryTest, MemoryIsCachedOrADevices) {
    map_tables();
    const auto strict = user_leaf(Protection::ReadWriteExecute, MemoryType::StrictDevice);
    EXPECT_EQ(map(frame, va, rw, 0), no_error);
    EXPECT_EQ(outcomes(), only(place(frame), strict));
    EXPECT_EQ(map(frame, va, rw, cached), no_error);
    EXPECT_EQ(outcomes(), only(place(frame), read_write_leaf));
    EXPECT_EQ(map(device_frame, va + page_bytes, rw, 0), no_error);
    EXPECT_EQ(outcomes(va + page_bytes), only(place(device_frame), strict));
    EXPECT_EQ(map(device_frame, va + page_bytes, rw, cached), no_error) << "if asked";
    EXPECT_EQ(outcomes(va + page_bytes), only(place(device_frame), read_write_leaf));
}

TEST_F(MemoryTest, AMappingIsMadeAgainEvenIfItWasLost) {
    map_tables();
    ASSERT_EQ(map(frame), no_error);
    EXPECT_EQ(map(frame, va, 2), no_error);
    EXPECT_EQ(outcomes(), only(place(frame), user_leaf(Protection::ReadExecute)));
    ASSERT_EQ(invoke(tables + 2, label::PageTableUnmap, {}), no_error);
    ASSERT_EQ(map_table(tables + 2, va), no_error);
    EXPECT_EQ(outcomes(), only_fault);
    EXPECT_EQ(map(frame), no_error);
    EXPECT_EQ(outcomes(), only(place(frame), read_write_leaf));
}

TEST_F(MemoryTest, AnotherFrameTakesThePlace) {
    map_tables();
    ASSERT_EQ(map(frame), no_error);
    EXPECT_EQ(map(other_frame), no_error);
    EXPECT_EQ(outcomes(), only(place(other_frame), read_write_leaf));
    EXPECT_EQ(map(frame, va + page_bytes), error(Error::InvalidArgument, {0}))
        << "it thinks that it is still mapped";
    EXPECT_EQ(unmap(frame), no_error);
    EXPECT_EQ(outcomes(), only(place(other_frame), read_write_leaf));
    EXPECT_EQ(map(frame, va + page_bytes), no_error);
    EXPECT_EQ(unmap(other_frame), no_error);
    EXPECT_EQ(outcomes(), only_fault);
}

TEST_F(MemoryTest, AnotherSizeIsAnotherMapping) {
    const u64 here = 0x7f'4000'0000;
    map_tables(here, 2);
    plant(slot(empty), Cap<Frame>::make(place(large_frame), arch::PageSize::Small, true));
    ASSERT_EQ(map(large_frame, here), no_error);
    ASSERT_EQ(map_table(tables + 2, here + large), no_error);
    ASSERT_EQ(map(empty, here + large), no_error);
    derive(slot(copy), slot(empty).cap, slot(empty), Birth::Copy); // what knows of it from now on
    slot(empty).cap =
        slot(empty).cap.as<Frame>()->mapped(MappedAt::make(Asid::RootTask, VirtAddr{here}));
    EXPECT_EQ(unmap(empty), no_error);
    EXPECT_EQ(outcomes(here), only(place(large_frame), read_write_leaf, arch::PageSize::Large));
}

TEST_F(MemoryTest, ACopyIsMappedByItself) {
    map_tables();
    ASSERT_EQ(map(frame), no_error);
    ASSERT_EQ(copy_of(frame), no_error);
    EXPECT_EQ(map(copy, va + page_bytes, 2), no_error);
    EXPECT_EQ(outcomes(), only(place(frame), read_write_leaf));
    EXPECT_EQ(outcomes(va + page_bytes), only(place(frame), user_leaf(Protection::ReadExecute)));
    EXPECT_EQ(unmap(frame), no_error);
    EXPECT_EQ(outcomes(), only_fault);
    EXPECT_EQ(unmap(frame), no_error) << "it is not mapped";
    EXPECT_EQ(outcomes(va + page_bytes), only(place(frame), user_leaf(Protection::ReadExecute)));
}

TEST_F(MemoryTest, AFrameIsWhereItIs) {
    EXPECT_EQ(invoke(frame, label::PageGetAddress, {}), (Answer{0, {place(frame).raw()}}));
    map_tables();
    ASSERT_EQ(map(frame), no_error);
    EXPECT_EQ(invoke(frame, label::PageGetAddress, {}), (Answer{0, {place(frame).raw()}}));
    load(frame, label::PageGetAddress, {});
    const auto registers = thread().context.x;
    EXPECT_TRUE(system_call(SendMode::Send));
    EXPECT_EQ(thread().context.x, registers) << "only Call is answered";
}

// --- Ends ---------------------------------------------------------------------------------------

TEST_F(MemoryTest, DeletingAnyCapabilityToAFrameEndsItsOwnMapping) {
    map_tables();
    ASSERT_EQ(map(frame), no_error);
    ASSERT_EQ(copy_of(frame), no_error);
    ASSERT_EQ(map(copy, va + page_bytes), no_error);
    EXPECT_EQ(remove(frame), no_error);
    EXPECT_EQ(outcomes(), only_fault);
    EXPECT_EQ(outcomes(va + page_bytes), only(place(copy), read_write_leaf));
    EXPECT_EQ(remove(copy), no_error);
    EXPECT_EQ(outcomes(va + page_bytes), only_fault);
}

TEST(LeadsTo, WhereNothingIsMappedIsNotThePageAtAddressZero) {
    const Capability first = Cap<Frame>::make(PhysAddr{}, arch::PageSize::Small, true);
    const TableEntry nothing{nullptr, arch::Level::L3, arch::Descriptor{}};
    EXPECT_FALSE(leads_to(nothing, *first.as<Frame>()));
}

TEST_F(MemoryTest, RevokingTheMemoryEndsAllMappings) {
    map_tables();
    ASSERT_EQ(map(frame), no_error);
    ASSERT_EQ(copy_of(frame), no_error);
    ASSERT_EQ(map(copy, va + page_bytes), no_error);
    EXPECT_EQ(revoke(untyped), no_error);
    EXPECT_EQ(outcomes(), only_fault);
    EXPECT_EQ(outcomes(va + page_bytes), only_fault);
    EXPECT_EQ(space().walk(VirtAddr{va}).level, arch::Level::L0);
}

TEST_F(MemoryTest, DeletingTheLastCapabilityToATableTakesItOut) {
    map_tables();
    ASSERT_EQ(map(frame), no_error);
    ASSERT_EQ(copy_of(tables + 1), no_error);
    EXPECT_EQ(remove(tables + 1), no_error);
    EXPECT_EQ(outcomes(), only(place(frame), read_write_leaf)) << "there is a copy";
    EXPECT_EQ(remove(copy), no_error);
    EXPECT_EQ(outcomes(), only_fault);
    EXPECT_EQ(space().walk(VirtAddr{va}).level, arch::Level::L1);
    EXPECT_EQ(remove(tables + 2), no_error);
    EXPECT_EQ(remove(frame), no_error);
}

TEST_F(MemoryTest, AnAddressSpaceTakesItsIdentifierAlong) {
    ASSERT_EQ(assign(new_vspace), no_error);
    ASSERT_EQ(copy_of(new_vspace), no_error);
    for (u64 i = 0; i < 3; ++i)
        ASSERT_EQ(map_table(tables + i, va, new_vspace), no_error);
    ASSERT_EQ(map(frame, va, rw, cached, new_vspace), no_error);
    kernel.asids.space_of(slot(new_vspace).cap).enter();
    EXPECT_EQ(outcomes(va, Asid{2}), only(place(frame), read_write_leaf));
    EXPECT_EQ(remove(new_vspace), no_error);
    EXPECT_EQ(outcomes(va, Asid{2}), only(place(frame), read_write_leaf)) << "there is a copy";
    EXPECT_EQ(remove(copy), no_error);
    EXPECT_EQ(outcomes(va, Asid{2}), std::set<Outcome>{}) << "nothing is left of it";
    EXPECT_EQ(arch::user_space().asid, Asid::Kernel) << "nor does anybody run there";
    EXPECT_EQ(outcomes(va, Asid::Kernel), only_fault);

    EXPECT_EQ(map(frame), error(Error::InvalidCapability, {1})) << "it counts as mapped";
    EXPECT_EQ(assign(third_vspace), no_error);
    EXPECT_EQ(slot(third_vspace).cap.as<VSpace>()->asid(), Asid{2}) << "it is free again";
    EXPECT_EQ(unmap(frame), no_error);
    EXPECT_EQ(remove(tables), no_error) << "though it is in no address space";
}

TEST_F(MemoryTest, AnAddressSpaceIsForgottenWhenTheCallReturnsThatDeletesIt) {
    ASSERT_EQ(assign(new_vspace), no_error);
    for (u64 i = 0; i < 3; ++i)
        ASSERT_EQ(map_table(tables + i, va, new_vspace), no_error);
    ASSERT_EQ(map(frame, va, rw, cached, new_vspace), no_error);
    kernel.asids.space_of(slot(new_vspace).cap).enter();
    space().enter();
    EXPECT_EQ(remove(new_vspace), no_error);
    EXPECT_EQ(mmu->outcomes(Asid{2}, VirtAddr{va}), std::set<Outcome>{});
}

TEST_F(MemoryTest, APoolTakesTheIdentifiersOfAllItsAddressSpaces) {
    ASSERT_EQ(make_pool(second_pool), no_error);
    ASSERT_EQ(assign(new_vspace, second_pool), no_error);
    ASSERT_EQ(assign(third_vspace, second_pool), no_error);
    for (u64 i = 0; i < 3; ++i)
        ASSERT_EQ(map_table(tables + i, va, new_vspace), no_error);
    ASSERT_EQ(map(frame, va, rw, cached, new_vspace), no_error);
    kernel.asids.space_of(slot(new_vspace).cap).enter();
    ASSERT_EQ(copy_of(second_pool), no_error);
    EXPECT_EQ(remove(second_pool), no_error);
    EXPECT_EQ(arch::user_space().asid, Asid{512}) << "there is a copy";
    EXPECT_EQ(remove(copy), no_error);
    EXPECT_EQ(outcomes(va, Asid{512}), std::set<Outcome>{});
    EXPECT_EQ(arch::user_space().asid, Asid::Kernel);
    EXPECT_EQ(kernel.asids.space_of(slot(new_vspace).cap).root(), arch::user_space().root)
        << "its threads see nothing";
    for (const u64 which : {new_vspace, third_vspace})
        EXPECT_EQ(map(other_frame, va, rw, cached, which), dead_root);
    EXPECT_EQ(assign(new_vspace), error(Error::InvalidCapability, {1})) << "it has had one";
    EXPECT_EQ(unmap(frame), no_error);
    EXPECT_EQ(remove(tables + 2), no_error);
    EXPECT_EQ(remove(new_vspace), no_error);
}

TEST_F(MemoryTest, AThreadWithoutAnAddressSpaceSeesNothing) {
    EXPECT_EQ(kernel.asids.space_of({}).root(), kernel.asids.space_of(slot(frame).cap).root());
    EXPECT_EQ(kernel.asids.space_of(slot(vspace).cap).root(), space().root());
    EXPECT_EQ(remove(asid_pool), no_error);
    EXPECT_EQ(arch::user_space().asid, Asid::Kernel);
    EXPECT_NE(kernel.asids.space_of(slot(vspace).cap).root(), space().root());
}

TEST_F(MemoryTest, AnotherAddressSpaceWithTheIdentifierIsLeftAlone) {
    make_stale(true);
    ASSERT_EQ(copy_of(third_vspace), no_error);
    EXPECT_EQ(kernel.asids.space_of(slot(new_vspace).cap).root(), kernel.asids.space_of({}).root());
    EXPECT_EQ(remove(new_vspace), no_error);
    EXPECT_EQ(map_table(tables, va, third_vspace), no_error);
}

// --- Copies -------------------------------------------------------------------------------------

TEST_F(MemoryTest, CopiesShareWhatCanBeShared) {
    for (const u64 placeless : {tables, new_vspace})
        EXPECT_EQ(copy_of(placeless), error(Error::IllegalOperation));
    map_tables(va, 1);
    ASSERT_EQ(copy_of(tables), no_error);
    EXPECT_EQ(slot(copy).cap, slot(tables).cap);
    ASSERT_EQ(remove(copy), no_error);
    ASSERT_EQ(copy_of(vspace, copy, 0), no_error);
    EXPECT_EQ(slot(copy).cap, slot(vspace).cap) << "rights mean nothing to it";
    ASSERT_EQ(remove(copy), no_error);
    ASSERT_EQ(copy_of(asid_pool), no_error);
    EXPECT_EQ(slot(copy).cap, slot(asid_pool).cap);
    ASSERT_EQ(remove(copy), no_error);
    ASSERT_EQ(copy_of(asid_control), no_error);
    EXPECT_EQ(slot(copy).cap, slot(asid_control).cap);
}

TEST_F(MemoryTest, AFramesCopyHasNoMappingAndNoMoreRights) {
    map_tables();
    ASSERT_EQ(map(frame), no_error);
    const auto rights_of_copy = [&](u64 mask) {
        EXPECT_EQ(copy_of(frame, copy, mask), no_error);
        EXPECT_FALSE(slot(copy).cap.as<Frame>()->mapped().somewhere());
        const Rights rights = slot(copy).cap.rights();
        EXPECT_EQ(copy_of(copy, empty), no_error);
        EXPECT_EQ(slot(empty).cap.rights(), rights) << "they do not come back";
        EXPECT_EQ(remove(empty), no_error);
        EXPECT_EQ(remove(copy), no_error);
        return rights.raw();
    };
    EXPECT_EQ(rights_of_copy(0xf), 3u);
    EXPECT_EQ(rights_of_copy(2), 2u);
    EXPECT_EQ(rights_of_copy(1), 0u);
    EXPECT_EQ(rights_of_copy(0), 0u);
    ASSERT_EQ(invoke(root, label::CNodeMove, {empty, 64, frame, 64}, {root}), no_error);
    EXPECT_TRUE(slot(empty).cap.as<Frame>()->mapped().somewhere()) << "moved, mapping and all";
    EXPECT_EQ(unmap(empty), no_error);
    EXPECT_EQ(outcomes(), only_fault);
}

// --- Identifiers --------------------------------------------------------------------------------

TEST_F(MemoryTest, APoolIsRefusedForManyReasons) {
    const auto make = [&](std::initializer_list<u64> words, std::initializer_list<u64> caps) {
        return invoke(asid_control, label::ASIDControlMakePool, words, caps);
    };
    EXPECT_EQ(make({second_pool}, {pages, root}), error(Error::TruncatedMessage));
    EXPECT_EQ(make({second_pool, 64}, {pages}), error(Error::TruncatedMessage));
    for (const u64 wrong : {empty, frame, untyped, huge_memory})
        EXPECT_EQ(make({0, 0}, {wrong, root}), error(Error::InvalidCapability, {1}));
    EXPECT_EQ(remove(device_frame), no_error);
    EXPECT_EQ(make({0, 0}, {device, root}), error(Error::InvalidCapability, {1}));
    ASSERT_EQ(retype(pages, ObjectType::Endpoint, 0, copy), no_error);
    EXPECT_EQ(make({0, 0}, {pages, root}), error(Error::RevokeFirst));
    EXPECT_EQ(make({second_pool, 65}, {pages + 1, root}), error(Error::RangeError, {1, 64}));
    EXPECT_EQ(make({second_pool, 64}, {pages + 1, pages}), dead_root);
    EXPECT_EQ(make({frame, 64}, {pages + 1, root}), error(Error::DeleteFirst));
    EXPECT_EQ(invoke(asid_control, label::ASIDPoolAssign, {}), error(Error::IllegalOperation));
}

TEST_F(MemoryTest, APoolIsMadeOfAllOfItsUntyped) {
    ASSERT_EQ(make_pool(second_pool), no_error);
    EXPECT_EQ(slot(second_pool).cap, Cap<AsidPool>::make(place(pages), 1));
    EXPECT_EQ(retype(pages, ObjectType::Endpoint, 0, empty), error(Error::NotEnoughMemory, {0}));
    EXPECT_EQ(revoke(pages), no_error);
    EXPECT_TRUE(slot(second_pool).is_empty());
    EXPECT_EQ(retype(pages, ObjectType::SmallPage, 0, empty), no_error);
    EXPECT_EQ(make_pool(second_pool, pages + 1), no_error);
    EXPECT_EQ(slot(second_pool).cap.as<AsidPool>()->index(), 1u) << "the lowest that is free";
}

TEST_F(MemoryTest, APoolOfUsedMemoryBeginsEmpty) {
    ASSERT_EQ(make_pool(second_pool, small_untyped), no_error) << "as boot leaves memory";
    EXPECT_EQ(map(frame, va, rw, cached, vspace), missing(39));
    EXPECT_EQ(kernel.asids.find(Asid{512 + 77}), std::nullopt);
    EXPECT_EQ(*kernel.asids.free_asid(1), Asid{512});
}

TEST_F(MemoryTest, ThereAreAsManyPoolsAsTheyHaveNumbers) {
    AsidPool pool;
    for (usize index = 1; index < 128; ++index)
        kernel.asids.add(index, pool);
    EXPECT_EQ(invoke(asid_control, label::ASIDControlMakePool, {0, 0}, {empty, root}),
              error(Error::DeleteFirst));
    EXPECT_EQ(remove(asid_pool), no_error);
    EXPECT_EQ(make_pool(second_pool), no_error);
    EXPECT_EQ(slot(second_pool).cap.as<AsidPool>()->index(), 0u);
    EXPECT_EQ(assign(new_vspace, second_pool), no_error);
    EXPECT_EQ(slot(new_vspace).cap.as<VSpace>()->asid(), Asid{1}) << "0 is the kernel's";
}

TEST_F(MemoryTest, AnAddressSpaceIsRefusedAnIdentifierForManyReasons) {
    EXPECT_EQ(invoke(asid_pool, label::ASIDPoolAssign, {}), error(Error::TruncatedMessage));
    for (const u64 wrong : {empty, frame, vspace})
        EXPECT_EQ(assign(wrong), error(Error::InvalidCapability, {1}));
    EXPECT_EQ(invoke(asid_pool, label::PageMap, {}), error(Error::IllegalOperation));
    const auto nothing = std::make_unique<arch::Table>();
    const PhysAddr root_table = arch::window.phys(nothing.get());
    const auto last = [&](usize pool) {
        std::optional<Asid> asid;
        while (const auto next = kernel.asids.free_asid(pool))
            kernel.asids.assign(*(asid = next), root_table);
        return *asid;
    };
    EXPECT_EQ(last(0), Asid{511});
    EXPECT_EQ(assign(new_vspace), error(Error::DeleteFirst));
    kernel.asids.release(Asid{300}, root_table);
    EXPECT_EQ(assign(new_vspace), no_error);
    EXPECT_EQ(slot(new_vspace).cap.as<VSpace>()->asid(), Asid{300});
    ASSERT_EQ(make_pool(second_pool), no_error);
    EXPECT_EQ(last(1), Asid{1023}) << "and the first was 512";
}

// --- Caches -------------------------------------------------------------------------------------

constexpr std::array page_operations{label::PageClean_Data, label::PageInvalidate_Data,
                                     label::PageCleanInvalidate_Data, label::PageUnify_Instruction};
constexpr std::array vspace_operations{label::VSpaceClean_Data, label::VSpaceInvalidate_Data,
                                       label::VSpaceCleanInvalidate_Data,
                                       label::VSpaceUnify_Instruction};

TEST_F(MemoryTest, CacheOperationsOnAPageAreRefusedForManyReasons) {
    EXPECT_EQ(make_pool(second_pool), no_error);
    EXPECT_EQ(assign(new_vspace, second_pool), no_error);
    for (u64 i = 0; i < 3; ++i)
        EXPECT_EQ(map_table(tables + i, va, new_vspace), no_error);
    const auto on_every_page = [&](u64 page, u64 start, u64 end) {
        Answer answer = invoke(page, page_operations[0], {start, end});
        for (const u64 operation : page_operations)
            EXPECT_EQ(invoke(page, operation, {start, end}), answer);
        return answer;
    };
    for (const u64 operation : page_operations)
        EXPECT_EQ(invoke(frame, operation, {0}), error(Error::TruncatedMessage));
    EXPECT_EQ(on_every_page(frame, 1, 0), error(Error::IllegalOperation)) << "it is not mapped";
    EXPECT_EQ(map(frame, va, rw, cached, new_vspace), no_error);
    EXPECT_EQ(map(other_frame, va + page_bytes, rw, cached, new_vspace), no_error);
    EXPECT_EQ(on_every_page(frame, 8, 8), error(Error::InvalidArgument, {1}));
    EXPECT_EQ(on_every_page(frame, ~u64{0}, 0), error(Error::InvalidArgument, {1}));
    EXPECT_EQ(on_every_page(frame, page_bytes, page_bytes + 1), error(Error::InvalidArgument, {0}));
    EXPECT_EQ(on_every_page(frame, 0, page_bytes + 1), error(Error::InvalidArgument, {0}));
    EXPECT_EQ(on_every_page(frame, page_bytes - 1, page_bytes), no_error);

    ASSERT_EQ(copy_of(other_frame), no_error);
    ASSERT_EQ(map(copy, va, rw, cached, new_vspace), no_error);
    EXPECT_EQ(on_every_page(frame, 0, 8), error(Error::InvalidCapability, {0})) << "replaced";
    EXPECT_EQ(map(copy, va, 2, cached, new_vspace), no_error);
    EXPECT_EQ(invoke(copy, label::PageInvalidate_Data, {0, 8}), error(Error::IllegalOperation));
    EXPECT_EQ(invoke(copy, label::PageClean_Data, {0, 8}), no_error);
    EXPECT_EQ(remove(second_pool), no_error);
    EXPECT_EQ(on_every_page(other_frame, 1, 0), dead_root);
}

TEST_F(MemoryTest, CacheOperationsOnAnAddressSpaceAreRefusedForManyReasons) {
    const auto on_every = [&](u64 which, u64 start, u64 end) {
        Answer answer = invoke(which, vspace_operations[0], {start, end});
        for (const u64 operation : vspace_operations)
            EXPECT_EQ(invoke(which, operation, {start, end}), answer);
        return answer;
    };
    for (const u64 operation : vspace_operations)
        EXPECT_EQ(invoke(vspace, operation, {va}), error(Error::TruncatedMessage));
    EXPECT_EQ(invoke(vspace, label::PageMap, {}), error(Error::IllegalOperation));
    EXPECT_EQ(on_every(new_vspace, va, va), error(Error::InvalidArgument, {1}));
    EXPECT_EQ(on_every(new_vspace, va, va - 1), error(Error::InvalidArgument, {1}));
    EXPECT_EQ(on_every(new_vspace, 0, end_of_user), error(Error::IllegalOperation));
    EXPECT_EQ(on_every(new_vspace, 0, end_of_user - 1), error(Error::InvalidCapability, {0}));
    EXPECT_EQ(on_every(vspace, va, va + 1), no_error) << "nothing is mapped there";
    map_tables();
    ASSERT_EQ(map(frame), no_error);
    EXPECT_EQ(on_every(vspace, va, va + page_bytes), no_error);
    EXPECT_EQ(on_every(vspace, va + 1, va + page_bytes + 1),
              error(Error::RangeError, {va + 1, va + page_bytes - 1}));
    ASSERT_EQ(map(frame, va, 2), no_error);
    EXPECT_EQ(invoke(vspace, label::VSpaceInvalidate_Data, {va, va + 1}),
              error(Error::IllegalOperation));
    EXPECT_EQ(invoke(vspace, label::VSpaceClean_Data, {va, va + 1}), no_error);

    make_stale(false);
    EXPECT_EQ(on_every(new_vspace, va, va + 1), dead_root);
    EXPECT_EQ(make_pool(second_pool), no_error);
    EXPECT_EQ(assign(third_vspace, second_pool), no_error);
    EXPECT_EQ(on_every(new_vspace, va, va + 1), error(Error::InvalidCapability, {0}));
}

TEST_F(MemoryTest, CacheOperationsReachJustTheirRange) {
    map_tables();
    ASSERT_EQ(map(frame), no_error);
    const PhysAddr begin = place(frame);
    const PhysRange wanted{begin + 0x100, begin + 0x200};
    const PhysRange behind{begin + 0x200, begin + page_bytes};
    const auto after = [&](u64 cptr, u64 operation, u64 start) {
        caches->write(memory_of(frame));
        EXPECT_EQ(invoke(cptr, operation, {start, start + 0x100}), no_error);
        EXPECT_FALSE(caches->in_memory(behind) || caches->executable(behind));
        EXPECT_FALSE(caches->lost(behind));
    };
    for (const bool of_page : {true, false}) {
        const u64 cptr = of_page ? frame : vspace;
        const u64 start = of_page ? 0x100 : va + 0x100;
        const auto& operations = of_page ? page_operations : vspace_operations;
        after(cptr, operations[0], start);
        EXPECT_TRUE(caches->in_memory(wanted) && !caches->lost(wanted));
        after(cptr, operations[1], start);
        EXPECT_TRUE(caches->lost(wanted));
        after(cptr, operations[2], start);
        EXPECT_TRUE(caches->in_memory(wanted) && !caches->lost(wanted));
        EXPECT_FALSE(caches->executable(wanted));
        after(cptr, operations[3], start);
        EXPECT_TRUE(caches->executable(wanted) && !caches->lost(wanted));
    }
}

TEST_F(MemoryTest, CachesAreMaintainedInTheAddressSpaceOfTheMapping) {
    ASSERT_EQ(assign(new_vspace), no_error);
    for (u64 i = 0; i < 3; ++i)
        ASSERT_EQ(map_table(tables + i, va, new_vspace), no_error);
    ASSERT_EQ(map(frame, va, rw, cached, new_vspace), no_error);
    caches->write(memory_of(frame));
    EXPECT_EQ(invoke(frame, label::PageClean_Data, {0, page_bytes}), no_error);
    EXPECT_TRUE(caches->in_memory(memory_of(frame)));
    EXPECT_EQ(arch::user_space(), (arch::UserSpace{space().root(), Asid::RootTask}));
    caches->write(memory_of(frame));
    EXPECT_EQ(invoke(new_vspace, label::VSpaceUnify_Instruction, {va, va + page_bytes}), no_error);
    EXPECT_TRUE(caches->executable(memory_of(frame)));
    EXPECT_EQ(arch::user_space(), (arch::UserSpace{space().root(), Asid::RootTask}));
}

TEST_F(MemoryTest, NewFramesAreZeroForThoseWhoDoNotCache) {
    EXPECT_EQ(revoke(untyped), no_error);
    caches->write({memory(), memory() + bit(untyped_bits)});
    EXPECT_EQ(retype(untyped, ObjectType::SmallPage, 0, frame), no_error);
    EXPECT_TRUE(caches->in_memory(memory_of(frame)));
}

// --- The IPC buffer -----------------------------------------------------------------------------

TEST_F(MemoryTest, ABufferIsReachedThroughItsFrame) {
    Slot& held = thread().slot(ThreadSlot::IpcBuffer);
    const auto buffer = [&] { return reinterpret_cast<u8*>(thread().writable_buffer()); };
    ASSERT_EQ(copy_of(frame), no_error);
    k::remove(held);
    move(slot(copy), held);
    thread().buffer_address = 0x1234'5c00;
    EXPECT_EQ(buffer(), arch::window.at<u8>(place(frame) + 0xc00));
    EXPECT_EQ(thread().readable_buffer(), thread().writable_buffer());
    held.cap = held.cap.as<Frame>()->masked(Rights{2});
    EXPECT_EQ(buffer(), nullptr);
    EXPECT_NE(thread().readable_buffer(), nullptr);
    held.cap = held.cap.as<Frame>()->masked(Rights{0});
    EXPECT_EQ(thread().readable_buffer(), nullptr);
    // A larger frame has room for more of the address.
    k::remove(held);
    plant(held, Cap<Frame>::make(huge_place, arch::PageSize::Huge, false));
    EXPECT_EQ(buffer(), arch::window.at<u8>(huge_place + 0x1234'5c00));
}

TEST_F(MemoryTest, ABufferGoesWithItsFrame) {
    Slot& held = thread().slot(ThreadSlot::IpcBuffer);
    k::remove(held);
    derive(held, slot(frame).cap, slot(frame), Birth::Copy);
    EXPECT_NE(thread().readable_buffer(), nullptr);
    load(root, label::CNodeRevoke, {untyped, 64});
    EXPECT_TRUE(system_call(SendMode::Call));
    EXPECT_EQ(thread().readable_buffer(), nullptr);
}

} // namespace
} // namespace k::test
