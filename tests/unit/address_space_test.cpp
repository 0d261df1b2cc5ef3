#include "tables.hpp"

#include <gtest/gtest.h>

namespace k::test {
namespace {

using arch::Asid;
using arch::Attributes;
using arch::Descriptor;
using arch::Level;
using arch::MemoryType;
using arch::Owner;
using arch::PageSize;
using arch::Protection;

constexpr VirtAddr page{0x40'3000};
constexpr PhysAddr frame{0x8000'5000};
constexpr PhysAddr other_frame{0x9000'6000};

// --- Descriptors ------------------------------------------------------------------------------

TEST(Descriptor, SaysWhoMayDoWhat) {
    const auto leaf = [](Owner owner, Protection protection) {
        return Descriptor::leaf(PageSize::Small, frame, {owner, protection, MemoryType::Normal});
    };
    const auto code = leaf(Owner::Kernel, Protection::ReadExecute);
    EXPECT_FALSE(code[Descriptor::kernel_execute_never]);
    EXPECT_TRUE(code[Descriptor::user_execute_never]);
    EXPECT_FALSE(code[Descriptor::user]);
    EXPECT_FALSE(code[Descriptor::not_global]);
    EXPECT_TRUE(code[Descriptor::read_only]);

    const auto text = leaf(Owner::User, Protection::ReadExecute);
    EXPECT_TRUE(text[Descriptor::kernel_execute_never]);
    EXPECT_FALSE(text[Descriptor::user_execute_never]);
    EXPECT_TRUE(text[Descriptor::user]);
    EXPECT_TRUE(text[Descriptor::not_global]);

    EXPECT_FALSE(leaf(Owner::Kernel, Protection::ReadWrite)[Descriptor::read_only]);
    EXPECT_TRUE(leaf(Owner::Kernel, Protection::ReadWrite)[Descriptor::kernel_execute_never]);
    EXPECT_TRUE(leaf(Owner::User, Protection::Read)[Descriptor::user_execute_never]);

    const auto both = leaf(Owner::User, Protection::ReadWriteExecute);
    EXPECT_FALSE(both[Descriptor::user_execute_never] || both[Descriptor::read_only]);
    EXPECT_TRUE(both[Descriptor::kernel_execute_never]);
}

TEST(DescriptorDeathTest, NeverLetsTheKernelWriteItsCode) {
    EXPECT_DEATH(
        (void)Descriptor::leaf(PageSize::Small, frame,
                               {Owner::Kernel, Protection::ReadWriteExecute, MemoryType::Normal}),
        "for_user");
}

TEST(Descriptor, IsTableLeafOrNothingByLevel) {
    const auto small = Descriptor::leaf(PageSize::Small, frame, {});
    const auto large = Descriptor::leaf(PageSize::Large, PhysAddr{0x8000'0000}, {});
    EXPECT_TRUE(small.is_leaf(Level::L3) && !small.is_table(Level::L3));
    EXPECT_TRUE(small.is_table(Level::L2)) << "the same bits are a table higher up";
    EXPECT_TRUE(large.is_leaf(Level::L1) && large.is_leaf(Level::L2));
    EXPECT_FALSE(large.is_leaf(Level::L3)) << "reserved: faults";
    EXPECT_FALSE(large.is_leaf(Level::L0)) << "no 512 GiB leaves with this granule";
    EXPECT_FALSE(Descriptor{}.is_leaf(Level::L3) || Descriptor{}.is_table(Level::L0));
}

// --- Map, unmap, walk -------------------------------------------------------------------------

TEST(AddressSpace, NamesTheMissingLevel) {
    WatchedSpace t;
    for (const Level missing : {Level::L0, Level::L1, Level::L2}) {
        const auto refused = t.space.map(page, frame, PageSize::Small, user_data);
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error(), (MapError{MapFault::TableMissing, missing}));
        const auto added = t.space.add_table(page, t.fresh());
        ASSERT_TRUE(added.has_value());
        EXPECT_EQ(*added, missing);
    }
    EXPECT_TRUE(t.space.map(page, frame, PageSize::Small, user_data).has_value());
    EXPECT_EQ(t.outcomes(page), only(frame, user_data));
}

TEST(AddressSpace, MapsEverySize) {
    WatchedSpace t;
    for (const PageSize size : {PageSize::Small, PageSize::Large, PageSize::Huge}) {
        const VirtAddr va{u64{0x7f00'0000'0000} + (static_cast<u64>(size) << 39)};
        t.prepare(t.space, va, size);
        ASSERT_TRUE(t.space.map(va, PhysAddr{1ull << 40}, size, user_text).has_value());
        const u64 last = arch::bytes_of(size) - 8;
        EXPECT_EQ(t.outcomes(va), only(PhysAddr{1ull << 40}, user_text, size));
        EXPECT_EQ(t.outcomes(va + last), only(PhysAddr{(1ull << 40) + last}, user_text, size));
        EXPECT_EQ(t.outcomes(va + arch::bytes_of(size)), only_fault);
        EXPECT_EQ(t.space.walk(va).level, arch::level_of(size));
    }
}

TEST(AddressSpace, RefusesWhatIsTaken) {
    WatchedSpace t;
    t.prepare(t.space, page);
    ASSERT_TRUE(t.space.map(page, frame, PageSize::Small, user_data).has_value());
    const auto fault = [&](VirtAddr va, PageSize size) {
        return t.space.map(va, PhysAddr{}, size, user_data).error();
    };
    EXPECT_EQ(fault(page, PageSize::Small), (MapError{MapFault::Occupied, Level::L3}));
    EXPECT_EQ(fault(page.align_down(21), PageSize::Large),
              (MapError{MapFault::TableInTheWay, Level::L2}));
    EXPECT_EQ(fault(VirtAddr{0}, PageSize::Huge), (MapError{MapFault::TableInTheWay, Level::L1}));

    const VirtAddr block{0x8000'0000};
    ASSERT_TRUE(t.space.map(block, PhysAddr{}, PageSize::Huge, user_data).has_value());
    EXPECT_EQ(fault(block, PageSize::Small), (MapError{MapFault::Occupied, Level::L1}));
    EXPECT_EQ(t.space.add_table(block, frame).error(), (MapError{MapFault::Occupied, Level::L1}));
    for (const VirtAddr va : {page, page + small})
        EXPECT_EQ(t.space.add_table(va, frame).error(), (MapError{MapFault::Occupied, Level::L3}))
            << "all tables are there, whether the page is or not";
    EXPECT_EQ(t.outcomes(page), only(frame, user_data)) << "a refused call changes nothing";
}

TEST(AddressSpace, UnmapsOnlyWhatIsMapped) {
    WatchedSpace t;
    EXPECT_EQ(t.space.unmap(page, PageSize::Small).error(),
              (MapError{MapFault::NotMapped, Level::L0}));
    t.prepare(t.space, page);
    EXPECT_EQ(t.space.unmap(page, PageSize::Small).error(),
              (MapError{MapFault::NotMapped, Level::L3}));
    EXPECT_EQ(t.space.unmap(page, PageSize::Large).error(),
              (MapError{MapFault::NotMapped, Level::L2}));
    ASSERT_TRUE(t.space.map(page, frame, PageSize::Small, user_data).has_value());
    const auto was = t.space.unmap(page, PageSize::Small);
    ASSERT_TRUE(was.has_value());
    EXPECT_EQ(was->target(), frame);
    EXPECT_EQ(t.outcomes(page), only_fault);
}

TEST(AddressSpace, KeepsUsersApart) {
    WatchedSpace t;
    const Asid second{8};
    const AddressSpace other{t.fresh_root(), second};
    t.model.attach(second, other.root());
    t.prepare(t.space, page);
    t.prepare(other, page);
    ASSERT_TRUE(t.space.map(page, frame, PageSize::Small, user_data).has_value());
    ASSERT_TRUE(other.map(page, other_frame, PageSize::Small, user_data).has_value());
    ASSERT_TRUE(t.space.unmap(page, PageSize::Small).has_value());
    EXPECT_EQ(t.outcomes(page), only_fault);
    EXPECT_EQ(t.model.outcomes(second, page), only(other_frame, user_data));
    EXPECT_TRUE(t.model.violations().empty());
}

TEST(AddressSpace, MapsTheUpperHalfForEveryUser) {
    WatchedSpace t;
    const VirtAddr va{0xffff'ffff'8000'0000};
    const AddressSpace kernel{t.fresh_root(), Asid::Kernel};
    t.model.attach(Asid::Kernel, kernel.root(), VirtAddr{0xffff'0000'0000'0000});
    t.prepare(kernel, va);
    ASSERT_TRUE(kernel.map(va, frame, PageSize::Small, {}).has_value());
    EXPECT_EQ(t.outcomes(va), only(frame, {})) << "global: found under any ASID";
    ASSERT_TRUE(kernel.unmap(va, PageSize::Small).has_value());
    EXPECT_EQ(t.outcomes(va), std::set<Outcome>{}) << "and gone for all of them";
    EXPECT_EQ(t.model.outcomes(Asid::Kernel, va), only_fault);
}

// --- The model: deliberately wrong sequences --------------------------------------------------

/// One page is mapped, and the test does by hand what unmap and map do.
class MmuModelTest : public testing::Test {
  protected:
    void SetUp() override {
        t_.prepare(t_.space, page);
        ASSERT_TRUE(t_.space.map(page, frame, PageSize::Small, user_data).has_value());
        slot_ = &entry(page, Level::L3);
    }

    [[nodiscard]] std::atomic<u64>& entry(VirtAddr va, Level level) const {
        return entry_of(t_.space, va, level);
    }

    WatchedSpace t_;
    std::atomic<u64>* slot_ = nullptr;
    const Descriptor other_ = Descriptor::leaf(PageSize::Small, other_frame, user_data);
    const std::set<Outcome> still_there_ = [] {
        auto both = only(frame, user_data);
        both.insert(std::nullopt);
        return both;
    }();
    const std::set<Outcome> perhaps_ = [] {
        auto both = only(other_frame, user_data);
        both.insert(std::nullopt);
        return both;
    }();
};

TEST_F(MmuModelTest, ForgetsAfterTheWholeSequence) {
    arch::store_descriptor(*slot_, Descriptor{});
    EXPECT_EQ(t_.outcomes(page), still_there_);
    arch::publish_descriptors();
    arch::invalidate_page(user, page);
    EXPECT_EQ(t_.outcomes(page), still_there_);
    arch::await_invalidation();
    EXPECT_EQ(t_.outcomes(page), still_there_);
    arch::synchronise_context();
    EXPECT_EQ(t_.outcomes(page), only_fault);
}

TEST_F(MmuModelTest, CatchesAMissingInvalidation) {
    arch::store_descriptor(*slot_, Descriptor{});
    arch::publish_descriptors();
    arch::await_invalidation();
    arch::synchronise_context();
    EXPECT_EQ(t_.outcomes(page), still_there_);
}

TEST_F(MmuModelTest, CatchesAnInvalidationBeforeThePublishing) {
    arch::store_descriptor(*slot_, Descriptor{});
    arch::invalidate_page(user, page);
    arch::await_invalidation();
    arch::synchronise_context();
    EXPECT_EQ(t_.outcomes(page), still_there_) << "a walk in between brought it back";
}

TEST_F(MmuModelTest, CatchesAnInvalidationNobodyWaitedFor) {
    arch::store_descriptor(*slot_, Descriptor{});
    arch::publish_descriptors();
    arch::invalidate_page(user, page);
    arch::synchronise_context();
    EXPECT_EQ(t_.outcomes(page), still_there_);
}

TEST_F(MmuModelTest, CatchesAMissingSynchronisation) {
    arch::store_descriptor(*slot_, Descriptor{});
    arch::publish_descriptors();
    arch::invalidate_page(user, page);
    arch::await_invalidation();
    EXPECT_EQ(t_.outcomes(page), still_there_) << "instructions already fetched may still use it";
}

TEST_F(MmuModelTest, CatchesAnInvalidationOfSomethingElse) {
    arch::store_descriptor(*slot_, Descriptor{});
    arch::publish_descriptors();
    arch::invalidate_page(Asid{8}, page);
    arch::invalidate_page(user, page + arch::bytes_of(PageSize::Small));
    arch::await_invalidation();
    arch::synchronise_context();
    EXPECT_EQ(t_.outcomes(page), still_there_);
}

TEST_F(MmuModelTest, CatchesANewEntryThatIsNotPublished) {
    const VirtAddr next = page + arch::bytes_of(PageSize::Small);
    arch::store_descriptor(entry(next, Level::L3), other_);
    arch::synchronise_context();
    EXPECT_EQ(t_.outcomes(next), perhaps_);
    arch::publish_descriptors();
    EXPECT_EQ(t_.outcomes(next), perhaps_) << "this core may have begun the walk before";
    arch::synchronise_context();
    EXPECT_EQ(t_.outcomes(next), only(other_frame, user_data));
}

TEST_F(MmuModelTest, CatchesALinkBeforeTheTable) {
    const VirtAddr va{0x8000'0000};
    arch::store_descriptor(entry(va, Level::L1), Descriptor::to_table(t_.fresh()));
    arch::publish_descriptors();
    arch::synchronise_context();
    EXPECT_NE(t_.outcomes(va), only_fault) << "a walk followed the link to what was there before";
}

TEST_F(MmuModelTest, CatchesMakeWithoutBreak) {
    arch::store_descriptor(*slot_, other_);
    EXPECT_EQ(t_.model.violations().size(), 1u);
}

TEST_F(MmuModelTest, CatchesABreakThatIsNotComplete) {
    arch::store_descriptor(*slot_, Descriptor{});
    arch::publish_descriptors();
    arch::invalidate_page(user, page);
    EXPECT_TRUE(t_.model.violations().empty());
    arch::store_descriptor(*slot_, other_);
    EXPECT_EQ(t_.model.violations().size(), 1u);
}

TEST_F(MmuModelTest, CatchesABlockOverATable) {
    arch::store_descriptor(entry(page, Level::L2),
                           Descriptor::leaf(PageSize::Large, PhysAddr{0x8000'0000}, user_data));
    EXPECT_FALSE(t_.model.violations().empty());
}

TEST_F(MmuModelTest, AllowsBreakBeforeMake) {
    ASSERT_TRUE(t_.space.unmap(page, PageSize::Small).has_value());
    ASSERT_TRUE(t_.space.map(page, other_frame, PageSize::Small, user_data).has_value());
    EXPECT_EQ(t_.outcomes(page), only(other_frame, user_data));
    EXPECT_TRUE(t_.model.violations().empty());
}

TEST_F(MmuModelTest, AllowsANewPermissionWithoutBreak) {
    arch::store_descriptor(*slot_, Descriptor::leaf(PageSize::Small, frame, user_text));
    EXPECT_TRUE(t_.model.violations().empty());
    EXPECT_EQ(t_.outcomes(page).size(), 2u) << "until it is invalidated, either may hold";
}

} // namespace
} // namespace k::test
