#include "boot/device_tree.hpp"

#include "base/memory.hpp"

#include <algorithm>
#include <libfdt.h>

namespace k {

namespace {

constexpr std::string_view bad_reg = "has a `reg` that is no range of addresses";
constexpr std::string_view unreachable = "puts a device where the CPU cannot reach it";

/// libfdt says where a node is, or with a negative number that there is none.
std::optional<Node> node_at(const void* blob, int offset) noexcept {
    if (offset < 0) return {};
    return Node{blob, offset};
}

} // namespace

std::optional<u64> Property::number(usize first, usize count) const noexcept {
    if (count > 2 || first > cells() || count > cells() - first) return {};
    const auto* const cell = static_cast<const fdt32_t*>(value_) + first;
    if (count == 2) return u64{fdt32_ld(cell)} << 32 | fdt32_ld(cell + 1);
    return count == 1 ? fdt32_ld(cell) : 0;
}

std::optional<u64> Property::number() const noexcept {
    if (bytes_ != 4 && bytes_ != 8) return {};
    return number(0, cells());
}

std::string_view Property::text() const noexcept {
    const auto* const text = static_cast<const char*>(value_);
    return {text, static_cast<usize>(std::find(text, text + bytes_, '\0') - text)};
}

std::string_view Node::name() const noexcept {
    int length = 0;
    const char* const name = fdt_get_name(blob_, offset_, &length);
    return name == nullptr ? std::string_view{}
                           : std::string_view{name, static_cast<usize>(length)};
}

std::optional<Property> Node::property(std::string_view name) const noexcept {
    int bytes = 0;
    const void* const value =
        fdt_getprop_namelen(blob_, offset_, name.data(), static_cast<int>(name.size()), &bytes);
    if (value == nullptr) return {};
    return Property{value, static_cast<usize>(bytes)};
}

std::optional<u64> Node::number(std::string_view name) const noexcept {
    const auto value = property(name);
    return value ? value->number() : std::nullopt;
}

std::string_view Node::text(std::string_view name) const noexcept {
    const auto value = property(name);
    return value ? value->text() : std::string_view{};
}

bool Node::enabled() const noexcept {
    return !property("status") || text("status") == "okay" || text("status") == "ok";
}

bool Node::is_compatible(const char* with) const noexcept {
    return fdt_node_check_compatible(blob_, offset_, with) == 0;
}

Node Node::parent() const noexcept {
    return Node{blob_, std::max(0, fdt_parent_offset(blob_, offset_))};
}

std::optional<Node> Node::first_child() const noexcept {
    return node_at(blob_, fdt_first_subnode(blob_, offset_));
}

std::optional<Node> Node::next_sibling() const noexcept {
    return node_at(blob_, fdt_next_subnode(blob_, offset_));
}

/// How this node's children write addresses and sizes. Not with fdt_address_cells(): the object
/// file that has it uses SIMD registers.
CellCounts Node::child_cells() const noexcept {
    const CellCounts standard;
    return {.address = number("#address-cells").value_or(standard.address),
            .size = number("#size-cells").value_or(standard.size)};
}

usize Node::reg_count() const noexcept {
    const auto reg = property("reg");
    const CellCounts cells = parent().child_cells();
    const usize entry = std::max(usize{1}, cells.address + cells.size);
    return reg ? (reg->cells() + entry - 1) / entry : 0;
}

TreeResult<PhysRange> Node::reg(usize index) const noexcept {
    const auto reg = property("reg");
    if (!reg) return fault(bad_reg);
    const CellCounts cells = parent().child_cells();
    const usize first = index * (cells.address + cells.size);
    const auto base = reg->number(first, cells.address);
    const auto size = reg->number(first + cells.address, cells.size);
    if (!base || !size) return fault(bad_reg);

    u64 address = *base;
    for (Node bus = parent(); bus.offset_ != 0; bus = bus.parent())
        address = K_TRY(bus.to_parent_bus(address, *size));
    const auto range = range_of(address, *size);
    if (!range) return fault(bad_reg);
    return *range;
}

/// Where this bus's own parent sees `size` bytes at `address`. An entry of `ranges` is a child's
/// address, the parent's for the same, and a size; an empty property says that both are the same,
/// and none at all that there is no way through.
TreeResult<u64> Node::to_parent_bus(u64 address, u64 size) const noexcept {
    const auto ranges = property("ranges");
    if (!ranges) return fault(unreachable);
    if (ranges->cells() == 0) return address;

    const CellCounts below = child_cells();
    const usize above = parent().child_cells().address;
    const usize entry = std::max(usize{1}, below.address + above + below.size);
    for (usize first = 0; first < ranges->cells(); first += entry) {
        const auto from = ranges->number(first, below.address);
        const auto to = ranges->number(first + below.address, above);
        const auto length = ranges->number(first + below.address + above, below.size);
        if (!from || !to || !length || !range_of(*to, *length)) break;
        const u64 into = address - *from; // more than any length if the address comes before
        if (into <= *length && size <= *length - into) return *to + into;
    }
    return fault(unreachable);
}

Unexpected<TreeError> Node::fault(std::string_view what) const noexcept {
    return Unexpected{TreeError{what, name()}};
}

// libfdt takes a path without a slash for an alias, and follows one that names itself for ever.
std::optional<Node> DeviceTree::find(std::string_view path) const noexcept {
    if (!path.starts_with('/')) return {};
    return node_at(blob_,
                   fdt_path_offset_namelen(blob_, path.data(), static_cast<int>(path.size())));
}

std::optional<Node> DeviceTree::find_compatible(const char* with) const noexcept {
    int offset = -1;
    while ((offset = fdt_node_offset_by_compatible(blob_, offset, with)) >= 0)
        if (const Node node{blob_, offset}; node.enabled()) return node;
    return {};
}

usize DeviceTree::reservations() const noexcept {
    return static_cast<usize>(std::max(0, fdt_num_mem_rsv(blob_)));
}

TreeResult<PhysRange> DeviceTree::reservation(usize index) const noexcept {
    u64 base = 0;
    u64 size = 0;
    const int status = fdt_get_mem_rsv(blob_, static_cast<int>(index), &base, &size);
    const auto range = range_of(base, size);
    if (status != 0 || !range) return Unexpected{TreeError{"reserves what is no memory"}};
    return *range;
}

usize DeviceTree::used_bytes() const noexcept {
    const usize reservations_end =
        fdt_off_mem_rsvmap(blob_) + (reservations() + 1) * sizeof(fdt_reserve_entry);
    const usize structure_end = fdt_off_dt_struct(blob_) + fdt_size_dt_struct(blob_);
    const usize strings_end = fdt_off_dt_strings(blob_) + fdt_size_dt_strings(blob_);
    return std::max({reservations_end, structure_end, strings_end});
}

void DeviceTree::copy_to(void* place) const noexcept {
    const usize bytes = used_bytes();
    memory::copy(place, blob_, bytes);
    fdt_set_totalsize(place, static_cast<u32>(bytes));
}

namespace {

/// Whether nodes are nested deeper than in any tree that means something. libfdt looks for a parent
/// from the root on each time, so going up from the bottom of a very deep tree would take forever.
bool too_deep(const void* blob) noexcept {
    constexpr int deepest = 32;
    int depth = 0;
    for (int node = 0; node >= 0; node = fdt_next_node(blob, node, &depth))
        if (depth > deepest) return true;
    return false;
}

} // namespace

TreeResult<DeviceTree> open_tree(const void* blob, usize readable) noexcept {
    const auto refuse = [](std::string_view why) { return Unexpected{TreeError{why}}; };
    if (blob == nullptr) return refuse("is missing: x0 was 0 at entry");
    if (!PhysAddr{reinterpret_cast<uptr>(blob)}.aligned(3) || readable < sizeof(fdt_header))
        return refuse("is not where one can be");
    if (fdt_magic(blob) != FDT_MAGIC) return refuse("does not begin as one");
    // Version 17 is the first whose header gives the size of every block. libfdt trusts the blocks
    // to be aligned as the format demands; with the MMU off, it would fault where they are not.
    if (fdt_version(blob) < 17 || fdt_off_mem_rsvmap(blob) % 8 != 0 ||
        fdt_off_dt_struct(blob) % 4 != 0 || fdt_check_full(blob, readable) != 0)
        return refuse("is damaged or cut short");
    if (too_deep(blob)) return refuse("is nested too deeply");
    return DeviceTree{blob};
}

} // namespace k
