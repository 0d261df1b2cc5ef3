#include "boot/demo.hpp"

#include "arch/window.hpp"
#include "base/panic.hpp"
#include "base/print.hpp"
#include "boot/boot_allocator.hpp"

namespace k::demo {

namespace {

/// A number of bytes in the largest unit that leaves nothing over.
struct Size {
    u64 count;
    std::string_view unit;
};

constexpr Size size_of(u64 bytes) noexcept {
    constexpr u64 kib = 1024;
    constexpr u64 mib = 1024 * kib;
    constexpr u64 gib = 1024 * mib;
    if (bytes % gib == 0) return {bytes / gib, "GiB"};
    if (bytes % mib == 0) return {bytes / mib, "MiB"};
    if (bytes % kib == 0) return {bytes / kib, "KiB"};
    return {bytes, "bytes"};
}

void print_heading(std::string_view what) noexcept {
    print("\n{:<18}  {:<18}  {:>10}  {}\n", "first byte", "last byte", "size", what);
}

void print_row(PhysRange range, std::string_view what, std::string_view name = {}) noexcept {
    const auto [count, unit] = size_of(range.bytes());
    print("{:#018x}  {:#018x}  {:>6} {}  {}{}{}\n", range.begin, range.end - 1, count, unit, what,
          name.empty() ? "" : ": ", name);
}

constexpr std::string_view describe(Use use) noexcept {
    switch (use) {
    case Use::Free: return "free";
    case Use::Firmware: return "reserved by firmware";
    case Use::Reserved: return "reserved";
    case Use::Unmapped: return "reserved, not to be mapped";
    case Use::Initrd: return "initrd";
    case Use::Tree: return "device tree";
    case Use::Image: return "kernel";
    case Use::Boot: return "boot allocator";
    }
    return "";
}

void print_devices(const Machine& machine) noexcept {
    const auto& [version, distributor, per_core] = machine.gic;
    const bool v3 = version == GicVersion::V3;
    print_heading("device");
    print_row(machine.uart, "PL011: the console");
    print_row(distributor, v3 ? "GICv3: distributor" : "GICv2: distributor");
    for (const PhysRange& registers : per_core.items())
        print_row(registers, v3 ? "GICv3: redistributors" : "GICv2: CPU interface");
    print("timer: interrupts {} (physical), {} (virtual)\n", machine.timer.physical_interrupt,
          machine.timer.virtual_interrupt);
    print("firmware: PSCI by {}\n", machine.psci == arch::Conduit::Hvc ? "hvc" : "smc");
    print("cores: {}, numbered", machine.cores.size());
    for (const u64 affinity : machine.cores.items())
        print(" {:#x}", affinity);
    print("\ncommand line: \"{}\"\n", machine.bootargs);
}

/// Takes `count` pages and looks whether they are zero.
[[gnu::noinline]] void take_pages(BootAllocator& allocator, usize count) noexcept {
    for (usize i = 0; i < count; ++i) {
        const auto page = allocator.take_page();
        if (!page) panic("no memory is left");
        const std::span words{arch::window.at<const u64>(*page), page_bytes / sizeof(u64)};
        const bool zero = std::ranges::all_of(words, [](u64 word) { return word == 0; });
        print("the boot allocator handed out {:#018x}, {}\n", *page,
              zero ? "zeroed" : "NOT ZEROED");
    }
}

} // namespace

[[gnu::noinline]] void run(BootState& boot) noexcept {
    print("This is \"{}\", says a device tree of {} bytes.\n", boot.machine.model, boot.tree_bytes);
    print_devices(boot.machine);
    print("\n");
    BootAllocator allocator{boot.memory};
    take_pages(allocator, 2);
    check_invariants(boot.memory);
    print_heading("memory");
    for (const auto& [range, use, name] : boot.memory.regions())
        print_row(range, describe(use), name);
}

} // namespace k::demo
