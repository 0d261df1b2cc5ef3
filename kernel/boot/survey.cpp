#include "boot/survey.hpp"

#include "arch/window.hpp"
#include "base/panic.hpp"
#include "boot/kernel_space.hpp"
#include "boot/platform.hpp"
#include "boot/untyped_list.hpp"

namespace k {

constinit BootState boot_state{};

namespace {

/// A kernel that does not know its machine cannot go on.
[[noreturn, gnu::noinline]] void refuse(const TreeError& error) noexcept {
    if (error.node.empty()) panic("the device tree {}", error.what);
    panic("the device tree {} (at {})", error.what, error.node);
}

/// What a sound tree says.
template <class T>
[[gnu::always_inline]] inline T sound(const TreeResult<T>& result) noexcept {
    if (!result) refuse(result.error());
    return *result;
}

/// A device upon memory would be written to as if it were one.
[[gnu::noinline]] void keep_apart(PhysRange device, const MemoryMap& memory) noexcept {
    if (memory.touches(device) || kernel_state.image.overlaps(device))
        refuse({"puts a device where memory is"});
}

dev::Pl011 uart_at(PhysRange registers) noexcept {
    map_device(registers);
    return dev::Pl011{reinterpret_cast<uptr>(arch::window.at<void>(registers.begin))};
}

} // namespace

void survey(PhysAddr device_tree) noexcept {
    const bool given = device_tree != PhysAddr{};
    const DeviceTree tree = sound(open_tree(given ? arch::window.at<void>(device_tree) : nullptr));
    auto& [machine, memory, blob, allocator, devices] = boot_state;
    const PhysRange uart = sound(find_uart(tree));
    const auto memory_read = read_memory(tree, memory);
    keep_apart(uart, memory);
    // The console comes as soon as it is safe: whatever is wrong with the rest can then be said.
    kernel_state.console = uart_at(uart);

    machine = sound(read_machine(tree));
    kernel_state.firmware = dev::Psci{machine.psci};

    blob = {device_tree, device_tree + tree.used_bytes()};
    sound(memory_read);
    keep_apart(machine.gic.distributor, memory);
    for (const PhysRange& registers : machine.gic.per_core.items())
        keep_apart(registers, memory);
    sound(claim_loaded(memory, kernel_state.image, blob, machine.initrd));
    check_invariants(memory);
    sound(find_devices(memory, machine.gic, devices));
    allocator.emplace(memory);
}

} // namespace k
