/// \file
/// SEMANTICS 10: interrupts.
#include "rig.hpp"

namespace spec {
namespace {

class Interrupts : public Rig {
  protected:
    static constexpr Word ntfn = free_slot;
    static constexpr Word badged = free_slot + 1;
    static constexpr Word handler = 40;
    static constexpr Word irq = 33;

    void SetUp() override {
        ASSERT_EQ(retype(Ntfn, 0, ntfn), done());
        ASSERT_EQ(mint(badged, ntfn, 0b10), done());
    }
    Answer control(Method method, const Words& words, const Words& cptrs = {boot_slot::cnode}) {
        return invoke(boot_slot::irq_control, method, words, cptrs);
    }
    Answer get_handler(Word number = irq, Word to = handler) {
        return control(Method::IrqGet, {number, to, 64});
    }
    Answer set(Word cptr) { return invoke(handler, Method::IrqSetNotification, {}, {cptr}); }
    Word pending() { return world.notifications.begin()->second.pending; }
    bool masked(Word number = irq) { return world.interrupts.at({Kind::Interrupt, number}); }
};

TEST_F(Interrupts, GetChecksInOrder) {
    EXPECT_EQ(control(Method::IrqGet, {irq, handler}), refused(TruncatedMessage));
    EXPECT_EQ(control(Method::IrqGet, {irq, handler, 64}, {}), refused(TruncatedMessage));
    EXPECT_EQ(control(Method::CNodeCopy, {}), refused(IllegalOperation));
    EXPECT_EQ(control(Method::IrqGet, {160, 0, 99}), refused(RangeError, {0, 159}));
    EXPECT_EQ(control(Method::IrqGet, {27, 0, 99}), refused(RevokeFirst)); // the kernel's timer
    EXPECT_EQ(control(Method::IrqGet, {irq, 0, 99}), refused(RangeError, {1, 64}));
    EXPECT_EQ(get_handler(irq, ntfn), refused(DeleteFirst));
    ASSERT_EQ(get_handler(), done());
    EXPECT_EQ(get_handler(irq, ntfn), refused(RevokeFirst));
    EXPECT_FALSE(masked());
    ASSERT_EQ(remove(handler), done());
    EXPECT_EQ(get_handler(), done()); // free again
}

TEST_F(Interrupts, GetTriggerTakesOneWordMore) {
    EXPECT_EQ(control(Method::IrqGetTrigger, {irq, 1, handler}), refused(TruncatedMessage));
    EXPECT_EQ(control(Method::IrqGetTrigger, {159, 1, handler, 64}), done());
    EXPECT_EQ(get<IrqHandlerCap>(handler).interrupt.address, 159);
}

TEST_F(Interrupts, SgiSignals) {
    EXPECT_EQ(control(Method::IrqIssueSgi, {16, 8, 0}), refused(TruncatedMessage));
    EXPECT_EQ(control(Method::IrqIssueSgi, {16, 8, 0, 0}), refused(RangeError, {0, 15}));
    EXPECT_EQ(control(Method::IrqIssueSgi, {15, 8, 0, 0}), refused(InvalidArgument, {1}));
    EXPECT_EQ(control(Method::IrqIssueSgi, {15, 7, 0, 0}), refused(RangeError, {1, 64}));
    EXPECT_EQ(control(Method::IrqIssueSgi, {15, 7, ntfn, 64}), refused(DeleteFirst));
    EXPECT_EQ(control(Method::IrqIssueSgi, {15, 7, handler, 64}), done());
    EXPECT_EQ(parent(handler), slot(boot_slot::irq_control));
    EXPECT_EQ(invoke(handler, Method(99)), done()); // whatever the label
    EXPECT_EQ(outcome.raised, (SgiCap{15, 7}));
}

TEST_F(Interrupts, SetNotificationChecks) {
    ASSERT_EQ(get_handler(), done());
    EXPECT_EQ(invoke(handler, Method::IrqSetNotification), refused(TruncatedMessage));
    EXPECT_EQ(set(handler), refused(InvalidCapability, {0}));
    ASSERT_EQ(copy(50, ntfn, 0b10), done());
    EXPECT_EQ(set(50), refused(InvalidCapability, {0})); // no write right
    EXPECT_EQ(invoke(handler, Method::IrqGet), refused(IllegalOperation));
}

TEST_F(Interrupts, DeliveryMasksAndSignalsTheStoredBadgeUntilAck) {
    ASSERT_EQ(get_handler(), done());
    ASSERT_EQ(set(badged), done());
    happen(Interrupt{irq});
    EXPECT_EQ(pending(), 0b10);
    EXPECT_TRUE(masked());
    happen(message(Syscall::Recv, ntfn, 0, {}));
    EXPECT_EQ(x_register(world, root, 0), 0b10);
    happen(Interrupt{irq});
    EXPECT_EQ(pending(), 0); // masked
    ASSERT_EQ(invoke(handler, Method::IrqAck), done());
    EXPECT_FALSE(masked());
    happen(Interrupt{irq});
    EXPECT_EQ(pending(), 0b10);
}

TEST_F(Interrupts, AnInterruptWithoutNotificationOrHandlerIsLost) {
    happen(Interrupt{irq});
    ASSERT_EQ(get_handler(), done());
    happen(Interrupt{irq});
    EXPECT_TRUE(masked());
    ASSERT_EQ(set(ntfn), done());
    EXPECT_TRUE(masked()); // SetNotification does not unmask
    EXPECT_FALSE(world.notifications.begin()->second.active);
    EXPECT_EQ(invoke(handler, Method::IrqAck), done());
    EXPECT_EQ(invoke(handler, Method::IrqAck), done()); // nothing pending: success
}

TEST_F(Interrupts, TheStoredCopyIsAMemberOfTheTree) {
    const SlotName stored{{Kind::Interrupt, irq}, 0};
    ASSERT_EQ(get_handler(), done());
    ASSERT_EQ(set(badged), done());
    EXPECT_EQ(world.slots.at(stored).parent, slot(badged));
    ASSERT_EQ(set(ntfn), done()); // replaces the old one
    EXPECT_EQ(world.slots.at(stored).parent, slot(ntfn));
    ASSERT_EQ(invoke(handler, Method::IrqClear), done());
    EXPECT_FALSE(occupied(world, stored));
    ASSERT_EQ(set(badged), done());
    ASSERT_EQ(revoke_at(ntfn), done());
    EXPECT_FALSE(occupied(world, stored));
    ASSERT_EQ(set(ntfn), done());
    ASSERT_EQ(remove(ntfn), done());
    EXPECT_EQ(world.notifications.size(), 1); // the copy keeps the object alive
    ASSERT_EQ(remove(handler), done());
    EXPECT_TRUE(world.notifications.empty());
}

} // namespace
} // namespace spec
