// What a borrower can do with what it was lent, and what is left of it afterwards.
#include "loan.hpp"
#include "memory_model.hpp"

namespace k::test {
namespace {

class Loan : public MemoryTest {
  protected:
    static constexpr u64 lent = 100; ///< the lender's frames
    static constexpr u64 count = 3;
    static constexpr u64 borrowed = 110;
    static constexpr u64 elsewhere = 120; ///< where borrowers hide things
    static constexpr u64 borrowers_va = va + 16 * page_bytes;

    void SetUp() override {
        map_tables();
        ASSERT_EQ(retype(untyped, ObjectType::SmallPage, 0, lent, count), no_error);
        for (u64 i = 0; i < count; ++i)
            ASSERT_EQ(map(lent + i, va + i * page_bytes), no_error);
    }

    void expect_lender_as_before() {
        for (u64 i = 0; i < count; ++i)
            EXPECT_EQ(outcomes(va + i * page_bytes),
                      only(place(lent + i), user_leaf(Protection::ReadWriteExecute)))
                << "the lender's page " << i;
    }

    /// How many of the slots from `first` on hold something.
    u64 in_use(u64 first) {
        u64 sum = 0;
        for (u64 i = 0; i < count; ++i)
            sum += u64{!slot(first + i).is_empty()};
        return sum;
    }

    void move(u64 from, u64 to) {
        EXPECT_EQ(invoke(root, label::CNodeMove, {to, 64, from, 64}, {root}), no_error);
    }
};

TEST_F(Loan, IsForReading) {
    EXPECT_TRUE(lend(*this, lent, count, borrowed));
    for (u64 i = 0; i < count; ++i) {
        const u64 here = borrowers_va + i * page_bytes;
        EXPECT_EQ(map(borrowed + i, here, rw, cached | execute_never), no_error);
        EXPECT_EQ(outcomes(here), only(place(lent + i), user_leaf(Protection::Read)));
    }
}

TEST_F(Loan, LeavesTheLenderAlone) {
    EXPECT_TRUE(lend(*this, lent, count, borrowed));
    expect_lender_as_before();
    EXPECT_EQ(in_use(borrowed), count);
    take_back(*this, lent, count);
    expect_lender_as_before();
    EXPECT_EQ(unmap(lent), no_error);
    EXPECT_EQ(map(lent), no_error) << "with all rights";
    expect_lender_as_before();
}

TEST_F(Loan, ComesBackWhateverBecameOfIt) {
    EXPECT_TRUE(lend(*this, lent, count, borrowed));
    EXPECT_EQ(map(borrowed, borrowers_va), no_error);
    EXPECT_EQ(copy_of(borrowed, elsewhere), no_error);
    EXPECT_EQ(map(elsewhere, borrowers_va + page_bytes), no_error);
    move(borrowed + 1, elsewhere + 1);
    EXPECT_EQ(map(elsewhere + 1, borrowers_va + 2 * page_bytes), no_error);
    take_back(*this, lent, count);
    EXPECT_EQ(in_use(borrowed), 0u);
    EXPECT_EQ(in_use(elsewhere), 0u);
    for (u64 i = 0; i < count; ++i)
        EXPECT_EQ(outcomes(borrowers_va + i * page_bytes), only_fault) << "mapping " << i;
    expect_lender_as_before();
}

TEST_F(Loan, EndsForEverybody) {
    EXPECT_TRUE(lend(*this, lent, count, borrowed));
    EXPECT_TRUE(lend(*this, lent, count, elsewhere));
    take_back(*this, lent, count);
    EXPECT_EQ(in_use(borrowed) + in_use(elsewhere), 0u);
    EXPECT_TRUE(lend(*this, lent, count, borrowed)) << "and can begin anew";
}

TEST_F(Loan, IsWholeOrNothing) {
    EXPECT_EQ(copy_of(other_frame, borrowed + 2), no_error);
    EXPECT_FALSE(lend(*this, lent, count, borrowed));
    EXPECT_EQ(in_use(borrowed), 1u) << "what was there before";
    EXPECT_EQ(remove(borrowed + 2), no_error);
    EXPECT_TRUE(lend(*this, lent, count, borrowed));
    EXPECT_EQ(in_use(borrowed), count);
}

TEST_F(Loan, ThatFailsEndsNoOther) {
    EXPECT_TRUE(lend(*this, lent, count, borrowed));
    EXPECT_EQ(copy_of(other_frame, elsewhere + 2), no_error);
    EXPECT_FALSE(lend(*this, lent, count, elsewhere));
    EXPECT_EQ(in_use(borrowed), count) << "of the earlier loan";
    expect_lender_as_before();
}

} // namespace
} // namespace k::test
