// What the kernel makes of whole trees.
#include "boot/machine.hpp"
#include "trees.hpp"

#include <gtest/gtest.h>

namespace k {
namespace {

using test::Blob;

PhysRange range(u64 base, u64 size) {
    return {PhysAddr{base}, PhysAddr{base + size}};
}

/// What read_machine() says of a tree; "" when it is content.
std::string refusal(const char* name) {
    const Blob blob{name};
    const auto machine = read_machine(blob.tree());
    return machine ? "" : std::string{machine.error().what};
}

TEST(Machine, IsReadFromQemusOwnTree) {
    const Blob blob{"qemu_gicv2"};
    const auto machine = read_machine(blob.tree());
    ASSERT_TRUE(machine) << machine.error().what;
    EXPECT_EQ(machine->model, "linux,dummy-virt");
    EXPECT_EQ(machine->uart, range(0x900'0000, 0x1000));
    EXPECT_EQ(machine->gic.version, GicVersion::V2);
    EXPECT_EQ(machine->gic.distributor, range(0x800'0000, 0x1'0000));
    ASSERT_EQ(machine->gic.per_core.size(), 1u);
    EXPECT_EQ(machine->gic.per_core.items()[0], range(0x801'0000, 0x1'0000));
    EXPECT_EQ(machine->timer.physical_interrupt, 30u);
    EXPECT_EQ(machine->timer.virtual_interrupt, 27u);
    EXPECT_EQ(machine->psci, arch::Conduit::Hvc);
    EXPECT_EQ(machine->cores.size(), 1u);
    EXPECT_EQ(machine->bootargs, "");
    EXPECT_FALSE(machine->initrd);
}

TEST(Machine, FindsGicV3) {
    const Blob qemu{"qemu_gicv3"};
    const auto machine = read_machine(qemu.tree());
    ASSERT_TRUE(machine) << machine.error().what;
    EXPECT_EQ(machine->gic.version, GicVersion::V3);
    ASSERT_EQ(machine->gic.per_core.size(), 1u);
    EXPECT_EQ(machine->gic.per_core.items()[0], range(0x80a'0000, 0xf6'0000));
}

TEST(Machine, FindsEveryRegionOfRedistributors) {
    const Blob blob{"gicv3"};
    const auto machine = read_machine(blob.tree());
    ASSERT_TRUE(machine) << machine.error().what;
    ASSERT_EQ(machine->gic.per_core.size(), 2u);
    EXPECT_EQ(machine->gic.per_core.items()[1], range(0x40'0000'0000, 0x400'0000));
    EXPECT_EQ(machine->psci, arch::Conduit::Smc);
}

TEST(Machine, IsReadWithOneCellAddresses) {
    const Blob blob{"one_cell"};
    const auto machine = read_machine(blob.tree());
    ASSERT_TRUE(machine) << machine.error().what;
    EXPECT_EQ(machine->uart, range(0x900'0000, 0x1000));
    EXPECT_EQ(machine->cores.size(), 1u);
}

TEST(Machine, NumbersItsCores) {
    const Blob blob{"board"};
    const auto machine = read_machine(blob.tree());
    ASSERT_TRUE(machine) << machine.error().what;
    ASSERT_EQ(machine->cores.size(), 2u);
    EXPECT_EQ(machine->cores.items()[0], 0u);
    EXPECT_EQ(machine->cores.items()[1], 0x100u);
    EXPECT_EQ(machine->bootargs, "jitter=7 try=nothing");
}

TEST(Machine, TakesTheConsoleThatFirmwareNames) {
    EXPECT_EQ(*find_uart(Blob{"board"}.tree()), range(0x900'0000, 0x1000));
    EXPECT_EQ(*find_uart(Blob{"second_uart"}.tree()), range(0x900'2000, 0x1000));
    EXPECT_EQ(*find_uart(Blob{"aliased_uart"}.tree()), range(0x900'2000, 0x1000));
    EXPECT_EQ(*find_uart(Blob{"other_console"}.tree()), range(0x900'0000, 0x1000));
    EXPECT_EQ(*find_uart(Blob{"alias_loop"}.tree()), range(0x900'0000, 0x1000));
    EXPECT_EQ(*find_uart(Blob{"bus"}.tree()), range(0xfe20'1000, 0x1000));
}

TEST(Machine, ReadsTheInitrdInEitherWidth) {
    for (const char* const name : {"reserved", "initrd_wide"}) {
        const Blob blob{name};
        const auto machine = read_machine(blob.tree());
        ASSERT_TRUE(machine) << machine.error().what;
        ASSERT_TRUE(machine->initrd);
        EXPECT_EQ(*machine->initrd, range(0x4400'0000, 0x1'2345));
    }
}

TEST(Machine, SaysWhatIsMissing) {
    EXPECT_EQ(refusal("board"), "");
    EXPECT_EQ(refusal("no_uart"), "names no PL011 to use as console");
    EXPECT_EQ(refusal("disabled_uart"), "names no PL011 to use as console");
    EXPECT_EQ(refusal("no_gic"), "names no GICv2 or GICv3");
    EXPECT_EQ(refusal("no_timer"), "names no generic timer");
    EXPECT_EQ(refusal("no_psci"), "names no PSCI 0.2");
    EXPECT_EQ(refusal("no_cpus"), "names no core");
    for (const char* const device : {"uart_empty", "uart_unaligned", "redistributor_short"})
        EXPECT_EQ(refusal(device), "has a device without room for its registers") << device;
    for (const char* const timer :
         {"timer_without_interrupts", "timer_shared_interrupts", "timer_no_such_interrupt"})
        EXPECT_EQ(refusal(timer), "names no interrupts of the timer") << timer;
    EXPECT_EQ(refusal("many_redistributors"),
              "names more redistributors than the kernel has room for");
    EXPECT_EQ(refusal("many_cores"), "names more cores than the kernel has room for");
    EXPECT_EQ(refusal("core_without_number"), "has a core without a number");
    EXPECT_EQ(refusal("bus_without_ranges"), "puts a device where the CPU cannot reach it");
    EXPECT_EQ(refusal("initrd_backwards"), "puts the initrd where it cannot be");
    EXPECT_EQ(refusal("initrd_odd"), "puts the initrd where it cannot be");
}

} // namespace
} // namespace k
