// The derivation tree as a picture.
#include "object/cnode.hpp"
#include "object/derivation.hpp"
#include "object/endpoint.hpp"
#include "object/tree.hpp"
#include "object/untyped.hpp"
#include "text_target.hpp"

#include <gtest/gtest.h>

namespace k {
namespace {

Capability untyped(u64 address, unsigned size_bits) {
    return Cap<Untyped>::make(PhysAddr{address}, size_bits, false, bit(size_bits));
}

Capability cnode(u64 address) {
    return Cap<CNode>::make(PhysAddr{address}, 1);
}

Capability endpoint(u64 address, u64 badge = 0) {
    const auto plain = Cap<Endpoint>::make(PhysAddr{address});
    return badge == 0 ? plain : *plain.as<Endpoint>()->with_badge(badge);
}

class Tree : public testing::Test {
  protected:
    void SetUp() override { plant(root_, untyped(0x1'0000, 16)); }

    static std::string drawn(const Slot& slot) {
        TextTarget target;
        draw_tree(slot, TextOut{target});
        return "\n" + target.text;
    }

    Slot root_{};
    Slot half_{};
    Slot a_{};
    Slot b_{};
    Slot c_{};
    Slot d_{};
    Slot e_{};
};

TEST_F(Tree, OfOne) {
    EXPECT_EQ(drawn(root_), R"(
+- untyped
)");
}

TEST_F(Tree, OfObjectsAndCopies) {
    derive(a_, cnode(0x1'0000), root_, Birth::Original);
    derive(b_, cnode(0x1'0000), a_, Birth::Copy);
    derive(c_, endpoint(0x1'0040), root_, Birth::Original);
    derive(d_, endpoint(0x1'0040), c_, Birth::Copy);
    derive(e_, endpoint(0x1'0040), d_, Birth::Copy);
    EXPECT_EQ(drawn(root_), R"(
+- untyped
|  +- endpoint
|  |  +- endpoint
|  |  +- endpoint
|  +- CNode
|  |  +- CNode
)");
}

TEST_F(Tree, GoesBackMoreThanOneStep) {
    derive(a_, cnode(0x1'0000), root_, Birth::Original);
    derive(half_, untyped(0x1'8000, 15), root_, Birth::Original);
    derive(b_, endpoint(0x1'8000), half_, Birth::Original);
    derive(c_, endpoint(0x1'8000, 5), b_, Birth::Badging);
    derive(d_, endpoint(0x1'8000, 5), c_, Birth::Copy);
    EXPECT_EQ(drawn(root_), R"(
+- untyped
|  +- untyped
|  |  +- endpoint
|  |  |  +- endpoint, badge 5
|  |  |  |  +- endpoint, badge 5
|  +- CNode
)");
}

TEST_F(Tree, KeepsEqualBadgesApart) {
    derive(a_, endpoint(0x1'0000), root_, Birth::Original);
    derive(b_, endpoint(0x1'0000, 7), a_, Birth::Badging);
    derive(c_, endpoint(0x1'0000, 7), b_, Birth::Copy);
    derive(d_, endpoint(0x1'0000, 7), a_, Birth::Badging);
    EXPECT_EQ(drawn(root_), R"(
+- untyped
|  +- endpoint
|  |  +- endpoint, badge 7
|  |  +- endpoint, badge 7
|  |  |  +- endpoint, badge 7
)");
}

TEST_F(Tree, EndsBeforeWhatIsNotDerived) {
    derive(a_, cnode(0x1'0000), root_, Birth::Original);
    derive(b_, endpoint(0x1'0040), root_, Birth::Original);
    derive(c_, endpoint(0x1'0040, 3), b_, Birth::Badging);
    EXPECT_EQ(drawn(b_), R"(
+- endpoint
|  +- endpoint, badge 3
)");
    EXPECT_EQ(drawn(a_), R"(
+- CNode
)");
}

} // namespace
} // namespace k
