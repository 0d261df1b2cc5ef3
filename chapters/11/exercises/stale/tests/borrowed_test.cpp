// A frame that is mapped in two address spaces, through two capabilities.
#include "memory_model.hpp"

#include <string>

namespace k::test {
namespace {

class Borrowed : public MemoryTest {
  protected:
    static constexpr u64 borrowers_tables = 60;
    static constexpr Asid borrower{2};

    /// The lender has the page mapped, and so has the borrower, in the address space `new_vspace`,
    /// by a capability of its own. The borrower has used it; the lender runs.
    void SetUp() override {
        map_tables();
        ASSERT_EQ(map(frame), no_error);
        ASSERT_EQ(assign(new_vspace), no_error);
        ASSERT_EQ(retype(untyped, ObjectType::PageTable, 0, borrowers_tables, 3), no_error);
        for (u64 i = 0; i < 3; ++i)
            ASSERT_EQ(map_table(borrowers_tables + i, va, new_vspace), no_error);
        ASSERT_EQ(copy_of(frame), no_error);
        ASSERT_EQ(map(copy, va, rw, cached, new_vspace), no_error);
        EXPECT_EQ(borrower_finds(), Findings{writable});
    }

    using Findings = std::set<std::string>;
    static constexpr const char* fault = "a fault";
    static constexpr const char* readable = "the page, for reading";
    static constexpr const char* writable = "the page, for writing, too";

    /// What the borrower may find there when it runs. Afterwards the lender does.
    Findings borrower_finds() {
        kernel.asids.space_of(slot(new_vspace).cap).enter();
        Findings found;
        for (const Outcome& outcome : outcomes(va, borrower))
            found.insert(in_words(outcome));
        space().enter();
        return found;
    }

    std::string in_words(const Outcome& outcome) {
        if (!outcome) return fault;
        if (outcome->pa != place(frame).raw()) return "another page";
        return arch::Descriptor{outcome->attributes}.user_may_write() ? writable : readable;
    }
};

TEST_F(Borrowed, IsLostWhenTheLenderRevokes) {
    EXPECT_EQ(revoke(frame), no_error);
    EXPECT_EQ(borrower_finds(), Findings{fault});
    EXPECT_EQ(outcomes(), only(place(frame), user_leaf(Protection::ReadWriteExecute)))
        << "the lender keeps its own";
}

TEST_F(Borrowed, IsLostWhenItsCapabilityIsDeletedOrUnmapped) {
    EXPECT_EQ(unmap(copy), no_error);
    EXPECT_EQ(borrower_finds(), Findings{fault});
    ASSERT_EQ(map(copy, va, rw, cached, new_vspace), no_error);
    EXPECT_EQ(borrower_finds(), Findings{writable});
    EXPECT_EQ(remove(copy), no_error);
    EXPECT_EQ(borrower_finds(), Findings{fault});
}

TEST_F(Borrowed, IsForReadingOnlyFromTheCallOnThatSaysSo) {
    EXPECT_EQ(map(copy, va, 2, cached, new_vspace), no_error);
    EXPECT_EQ(borrower_finds(), Findings{readable});
}

} // namespace
} // namespace k::test
