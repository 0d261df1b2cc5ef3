#include "boot/machine.hpp"

#include <algorithm>
#include <initializer_list>

namespace k {

namespace {

Unexpected<TreeError> missing(std::string_view what) noexcept {
    return Unexpected{TreeError{what}};
}

/// The node that firmware uses as its console: a path or an alias, then perhaps a colon and how the
/// line is set. "Devicetree Specification", "/chosen node".
std::optional<Node> console_node(const DeviceTree& tree) noexcept {
    const auto chosen = tree.find("/chosen");
    if (!chosen) return {};
    std::string_view path = chosen->text("stdout-path");
    path = {path.data(), std::min(path.find(':'), path.size())};
    const auto aliases = tree.find("/aliases");
    if (!path.starts_with('/') && aliases) path = aliases->text(path);
    return tree.find(path);
}

/// The first node in use that is compatible with one of `names`, tried in this order.
std::optional<Node> find_any(const DeviceTree& tree,
                             std::initializer_list<const char*> names) noexcept {
    for (const char* const name : names)
        if (const auto node = tree.find_compatible(name)) return node;
    return {};
}

/// A device's block of registers, entry `index` of its `reg`: whole pages, and not less than
/// `bytes`.
TreeResult<PhysRange> registers(const Node& node, usize index, u64 bytes) noexcept {
    const PhysRange block = K_TRY(node.reg(index));
    if (!block.begin.aligned(page_bits) || block.bytes() < bytes)
        return node.fault("has a device without room for its registers");
    return block;
}

/// The distributor comes first in `reg`, then what each core uses. "Arm Generic Interrupt
/// Controller Architecture Specification", "Memory-mapped registers".
TreeResult<Gic> read_gic(const Node& node) noexcept {
    const bool v3 = node.is_compatible("arm,gic-v3");
    const u64 distributor_bytes = v3 ? 0x1'0000 : page_bytes;
    const u64 per_core_bytes = v3 ? 0x2'0000 : page_bytes;
    Gic gic{.version = v3 ? GicVersion::V3 : GicVersion::V2,
            .distributor = K_TRY(registers(node, 0, distributor_bytes))};
    const u64 regions = node.number("#redistributor-regions").value_or(1);
    for (usize i = 1; i <= regions; ++i)
        if (!gic.per_core.push_back(K_TRY(registers(node, i, per_core_bytes))))
            return node.fault("names more redistributors than the kernel has room for");
    return gic;
}

/// The interrupt in entry `index` of `device`'s `interrupts`, as the controller numbers it; nothing
/// if it is not private to each core. "Arm Generic Interrupt Controller" binding.
std::optional<u32> private_interrupt(const Node& device, const Node& gic, usize index) noexcept {
    constexpr u64 private_kind = 1;
    constexpr u32 first_private = 16; // after as many software-generated ones
    const auto interrupts = device.property("interrupts");
    if (!interrupts) return {};
    const usize entry = index * gic.number("#interrupt-cells").value_or(3);
    const u64 kind = interrupts->number(entry, 1).value_or(~u64{0});
    const u64 number = interrupts->number(entry + 1, 1).value_or(~u64{0});
    if (kind != private_kind || number >= first_private) return {};
    return first_private + static_cast<u32>(number);
}

/// Entries of `interrupts`: secure, physical, virtual, hypervisor.
TreeResult<Timer> read_timer(const DeviceTree& tree, const Node& gic) noexcept {
    const auto node = tree.find_compatible("arm,armv8-timer");
    if (!node) return missing("names no generic timer");
    const auto of_physical = private_interrupt(*node, gic, 1);
    const auto of_virtual = private_interrupt(*node, gic, 2);
    if (!of_physical || !of_virtual) return node->fault("names no interrupts of the timer");
    return Timer{*of_physical, *of_virtual};
}

/// Versions before 0.2 had no way to turn the machine off.
TreeResult<arch::Conduit> read_psci(const DeviceTree& tree) noexcept {
    const auto node = find_any(tree, {"arm,psci-1.0", "arm,psci-0.2"});
    if (node && node->text("method") == "hvc") return arch::Conduit::Hvc;
    if (node && node->text("method") == "smc") return arch::Conduit::Smc;
    return missing("names no PSCI 0.2");
}

/// The `reg` of a core is no range of addresses but its number.
TreeResult<Ok> read_cores(const DeviceTree& tree, Machine& machine) noexcept {
    auto node = tree.find("/cpus");
    for (node = node ? node->first_child() : node; node; node = node->next_sibling()) {
        if (node->text("device_type") != "cpu" || !node->enabled()) continue;
        const auto affinity = node->number("reg");
        if (!affinity) return node->fault("has a core without a number");
        if (!machine.cores.push_back(*affinity))
            return node->fault("names more cores than the kernel has room for");
    }
    if (machine.cores.size() == 0) return missing("names no core");
    return Ok{};
}

/// Firmware gives both addresses or none, 4 or 8 bytes wide.
TreeResult<std::optional<PhysRange>> read_initrd(const Node& chosen) noexcept {
    if (!chosen.property("linux,initrd-start")) return std::optional<PhysRange>{};
    const auto begin = chosen.number("linux,initrd-start");
    const auto end = chosen.number("linux,initrd-end");
    const auto range = begin && end ? range_of(*begin, *end - *begin) : std::nullopt;
    if (!range) return chosen.fault("puts the initrd where it cannot be");
    return range;
}

} // namespace

TreeResult<PhysRange> find_uart(const DeviceTree& tree) noexcept {
    constexpr const char* kind = "arm,pl011";
    auto node = console_node(tree);
    if (!node || !node->enabled() || !node->is_compatible(kind)) node = tree.find_compatible(kind);
    if (!node) return missing("names no PL011 to use as console");
    return registers(*node, 0, page_bytes);
}

TreeResult<Machine> read_machine(const DeviceTree& tree) noexcept {
    const auto gic = find_any(tree, {"arm,gic-v3", "arm,gic-400", "arm,cortex-a15-gic"});
    if (!gic) return missing("names no GICv2 or GICv3");
    Machine machine{.model = tree.root().text("model"),
                    .uart = K_TRY(find_uart(tree)),
                    .gic = K_TRY(read_gic(*gic)),
                    .timer = K_TRY(read_timer(tree, *gic)),
                    .psci = K_TRY(read_psci(tree))};
    K_TRY(read_cores(tree, machine));
    if (const auto chosen = tree.find("/chosen")) {
        machine.bootargs = chosen->text("bootargs");
        machine.initrd = K_TRY(read_initrd(*chosen));
    }
    return machine;
}

} // namespace k
