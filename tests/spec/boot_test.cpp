/// \file
/// SEMANTICS 11 and ABI "Initial thread": the world as the root task finds it; and worlds as
/// values.
#include "rig.hpp"

namespace spec {
namespace {

class Boot : public Rig {};

TEST_F(Boot, TheInitialThread) {
    const Thread& initial = thread(root);
    EXPECT_EQ(running(), root);
    EXPECT_EQ(initial.priority, 255);
    EXPECT_EQ(initial.max_priority, 255);
    EXPECT_EQ(initial.domain, 0);
    EXPECT_EQ(initial.fault_handler, 0);
    EXPECT_EQ(initial.registers[reg::x(0)], Machine{}.boot_info.mapped_at);
    EXPECT_EQ(initial.registers[reg::sp], 0);
    EXPECT_FALSE(occupied(world, slot(0)));
}

TEST_F(Boot, TheInitialCNode) {
    const Words types{0, 12, 10, 9, 14, 11, 13, 0, 0, 1, 1, 20, 0, 0, 0, 0, 2, 2, 0};
    for (Word index = 0; index < types.size(); ++index) {
        EXPECT_EQ(type_number(at(index)), types[index]) << index;
    }
    world = boot(Machine{});
    EXPECT_EQ(get<CNodeCap>(boot_slot::cnode).guard_bits, 51);
    EXPECT_EQ(world.cnodes.begin()->second.radix, 13);
    EXPECT_EQ(violations(world), "");
}

TEST_F(Boot, ListedCapabilitiesFollowInOrder) {
    Machine full = machine();
    full.tables = {{0x20'0000, 39, 0}, {0x20'1000, 30, 0}, {0x20'2000, 21, 0}};
    full.extra_boot_info = {{0x20'3000, 0x12000}};
    full.image = {{0x20'4000, 0x1000, Access::ReadOnly, true}};
    world = boot(full);
    EXPECT_EQ(violations(world), "");
    const Words types{3, 3, 3, 1, 1, 2, 2, 0};
    for (Word i = 0; i < types.size(); ++i) {
        EXPECT_EQ(type_number(at(boot_slot::first_listed + i)), types[i]) << i;
    }
    EXPECT_EQ(invoke(boot_slot::buffer, Method::PageUnifyInstruction, {0, 8}), done());
    EXPECT_EQ(invoke(boot_slot::asid_pool, Method::AsidAssign, {}, {boot_slot::vspace}),
              refused(InvalidCapability, {1}));
}

TEST_F(Boot, AWorldIsAValue) {
    const World before = world;
    EXPECT_EQ(explain(before, world), "");
    ASSERT_EQ(retype(Ep, 0, free_slot), done());
    EXPECT_NE(before, world);
    const std::string difference = explain(before, world);
    EXPECT_NE(difference.find("CNode@0x100000[32]: nothing → endpoint@0x40000000 badge 0x0 rwgp"),
              std::string::npos)
        << difference;
    world = before;
    EXPECT_EQ(before, world);
}

TEST_F(Boot, AStepSaysWhatItChanged) {
    ASSERT_EQ(invoke(boot_slot::buffer, Method::PageGetAddress), done({Machine{}.buffer.address}));
    const auto& registers = outcome.registers.at(root);
    EXPECT_EQ(registers.at(reg::x(0)), 0);
    EXPECT_EQ(registers.at(reg::x(2)), Machine{}.buffer.address);
    EXPECT_EQ(outcome.registers.size(), 1);
    EXPECT_FALSE(outcome.refusal.has_value());
    EXPECT_EQ(invoke(0, Method(0)), refused(InvalidCapability, {0}));
    EXPECT_EQ(outcome.refusal, (Refusal{InvalidCapability, {0}}));
}

} // namespace
} // namespace spec
