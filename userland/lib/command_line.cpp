#include "lib/command_line.hpp"

#include "lib/boot_info.hpp"

#include <algorithm>
#include <bit>
#include <charconv>

namespace user {

namespace {

using k::u32;
using k::u64;

// Devicetree Specification, "Flattened Devicetree (DTB) Format".
constexpr u64 structure_offset = 8; ///< in the header: where the structure begins
constexpr u64 strings_offset = 12;  ///< likewise, the names of properties
constexpr u32 begin_node = 1;
constexpr u32 property = 3;
constexpr u32 end_of_tree = 9;

/// A big-endian word of the tree.
u32 word_at(const char* tree, u64 offset) noexcept {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(tree + offset);
    return u32{bytes[0]} << 24 | u32{bytes[1]} << 16 | u32{bytes[2]} << 8 | u32{bytes[3]};
}

constexpr u64 aligned(u64 offset) noexcept {
    return (offset + 3) / 4 * 4;
}

/// The first property of that name, in whichever node, as text.
std::string_view find_property(const char* tree, std::string_view wanted) noexcept {
    const u64 strings = word_at(tree, strings_offset);
    for (u64 at = word_at(tree, structure_offset); word_at(tree, at) != end_of_tree;) {
        const u32 token = word_at(tree, at);
        at += 4;
        if (token == begin_node) at = aligned(at + std::string_view{tree + at}.size() + 1);
        if (token != property) continue;
        const u64 length = word_at(tree, at);
        const std::string_view name{tree + strings + word_at(tree, at + 4)};
        if (name == wanted) return {tree + at + 8, length == 0 ? 0 : length - 1}; // without the NUL
        at = aligned(at + 8 + length);
    }
    return {};
}

} // namespace

std::string_view command_line() noexcept {
    const auto begin = reinterpret_cast<k::uptr>(first_chunk());
    for (u64 seen = 0; seen < boot_info().extra_bytes;) {
        const auto* const chunk = reinterpret_cast<const k::abi::ChunkHeader*>(begin + seen);
        if (chunk->id == k::abi::ChunkId::DeviceTree)
            return find_property(reinterpret_cast<const char*>(chunk + 1), "bootargs");
        seen += chunk->bytes;
    }
    return {};
}

std::optional<u64> number_option(std::string_view line, std::string_view name) noexcept {
    while (!line.empty()) {
        const std::string_view option{line.data(), std::min(line.find(' '), line.size())};
        line.remove_prefix(std::min(option.size() + 1, line.size()));
        if (option.find(name) != 0 || option.size() <= name.size()) continue;
        u64 number = 0;
        const char* const end = option.data() + option.size();
        const auto [rest, error] = std::from_chars(option.data() + name.size() + 1, end, number);
        const bool is_number = error == std::errc{} && rest == end && option[name.size()] == '=';
        if (is_number) return number;
    }
    return {};
}

} // namespace user
