#include "boot/command_line.hpp"

#include <algorithm>
#include <charconv>

namespace k {

std::optional<u64> number_option(std::string_view line, std::string_view name) noexcept {
    while (!line.empty()) {
        const std::string_view option{line.data(), std::min(line.find(' '), line.size())};
        line.remove_prefix(std::min(option.size() + 1, line.size()));
        if (option.find(name) != 0) continue;
        u64 number = 0;
        const char* const end = option.data() + option.size();
        const auto [rest, error] = std::from_chars(option.data() + name.size(), end, number);
        return error == std::errc{} && rest == end ? std::optional{number} : std::nullopt;
    }
    return {};
}

} // namespace k
