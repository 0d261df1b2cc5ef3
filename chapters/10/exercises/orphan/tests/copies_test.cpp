// Copies of one badge, of which some are deleted before the badge is revoked.
#include "world_model.hpp"

#include <algorithm>

namespace k::test {
namespace {

class Copies : public WorldTest {
  protected:
    static constexpr u64 endpoint = free_slot;
    static constexpr u64 badge = free_slot + 1;
    static constexpr u64 other_badge = free_slot + 2;
    static constexpr u64 copies = free_slot + 3;
    static constexpr u64 count = 3;

    /// An endpoint, a badge, and copies of the badge, each made of the one before.
    void make() {
        EXPECT_EQ(retype(untyped, abi::ObjectType::Endpoint, 0, endpoint), no_error);
        mint(endpoint, badge);
        for (u64 i = 0; i < count; ++i)
            EXPECT_EQ(invoke(root, abi::label::CNodeCopy,
                             {copies + i, 64, i == 0 ? badge : copies + i - 1, 64, 15}, {root}),
                      no_error);
    }

    void mint(u64 from, u64 to) {
        EXPECT_EQ(invoke(root, abi::label::CNodeMint, {to, 64, from, 64, 15, 7}, {root}), no_error);
    }

    void erase(u64 index) {
        EXPECT_EQ(invoke(root, abi::label::CNodeDelete, {index, 64}), no_error);
    }

    void revoke(u64 index) {
        EXPECT_EQ(invoke(root, abi::label::CNodeRevoke, {index, 64}), no_error);
    }

    /// How many copies are there.
    u64 left() {
        u64 sum = 0;
        for (u64 i = 0; i < count; ++i)
            sum += u64{!slot(copies + i).is_empty()};
        return sum;
    }
};

TEST_F(Copies, GoWithTheirBadgeWhicheverWasDeleted) {
    for (u64 gone = 0; gone < count; ++gone) {
        make();
        erase(copies + gone);
        revoke(badge);
        EXPECT_EQ(left(), 0u) << "of three copies, number " << gone << " was deleted before";
        revoke(endpoint);
        erase(endpoint);
    }
}

TEST_F(Copies, GoWithTheirBadgeWhicheverOrder) {
    std::array<u64, 2> order{0, 1};
    do {
        make();
        for (const u64 gone : order)
            erase(copies + gone);
        revoke(badge);
        EXPECT_EQ(left(), 0u);
        revoke(endpoint);
        erase(endpoint);
    } while (std::ranges::next_permutation(order).found);
}

TEST_F(Copies, StayWhenAnotherMintIsRevoked) {
    make();
    mint(endpoint, other_badge);
    erase(badge);
    revoke(other_badge);
    EXPECT_EQ(left(), count);
}

} // namespace
} // namespace k::test
