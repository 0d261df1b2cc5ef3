// What handles name in the space that build() makes.
#include "handles.hpp"

#include <set>

namespace k::test {
namespace {

class Handles : public WorldTest {
  protected:
    void SetUp() override {
        build(*this);
        ASSERT_EQ(slot(space).cap.type(), CapType::CNode) << "slot `space` must hold a CNode";
    }

    static u64 handle_of(u64 table, u64 place) { return table << 28 | place; }

    /// Copies a capability to the slot that an index of 64 bits names.
    Answer copy_to(u64 index) {
        return invoke(space, abi::label::CNodeCopy, {index, 64, root, 64, 15}, {root});
    }

    /// The slot that such an index names; nullptr if it names none.
    Slot* named(u64 index) {
        const auto cnode = slot(space).cap.as<CNode>();
        const auto end = resolve(*cnode, index, 64);
        return end && end->bits_left == 0 ? end->slot : nullptr;
    }
};

TEST_F(Handles, NameEverySlot) {
    for (u64 table = 0; table < handle::tables; ++table)
        for (const u64 place : {u64{0}, u64{1}, u64{62}, u64{63}})
            EXPECT_EQ(copy_to(handle_of(table, place)), no_error) << table << ", " << place;
}

TEST_F(Handles, NameDifferentSlots) {
    std::set<const Slot*> found;
    for (u64 table = 0; table < handle::tables; ++table)
        for (u64 place = 0; place < 64; ++place)
            found.insert(named(handle_of(table, place)));
    EXPECT_EQ(found.size(), handle::tables * 64);
    EXPECT_FALSE(found.contains(nullptr));
}

TEST_F(Handles, MustHaveZerosWhereTheySay) {
    for (const unsigned wrong : {32U, 47U, 63U})
        EXPECT_EQ(copy_to(bit(wrong) | handle_of(1, 5)),
                  failed_lookup(false, LookupFailure::guard_mismatch(64, 0, 32)));
    for (const unsigned wrong : {6U, 15U, 27U})
        EXPECT_EQ(copy_to(bit(wrong) | handle_of(1, 5)),
                  failed_lookup(false, LookupFailure::guard_mismatch(28, 0, 22)));
}

TEST_F(Handles, OfTablesThatThereAreNot) {
    for (const u64 table : {handle::tables, u64{9}, u64{14}})
        EXPECT_EQ(copy_to(handle_of(table, 5)),
                  failed_lookup(false, LookupFailure::depth_mismatch(28, 0)));
}

TEST_F(Handles, OfTheAliasNameTheSameSlots) {
    for (u64 place = 0; place < 64; ++place) {
        ASSERT_NE(named(handle_of(handle::alias, place)), nullptr);
        EXPECT_EQ(named(handle_of(handle::alias, place)), named(handle_of(0, place)));
    }
    EXPECT_EQ(copy_to(handle_of(0, 7)), no_error);
    EXPECT_EQ(copy_to(handle_of(handle::alias, 7)), error(abi::Error::DeleteFirst));
}

} // namespace
} // namespace k::test
