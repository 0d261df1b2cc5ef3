#include "base/symbols.hpp"

#include <algorithm>

namespace k {

std::optional<CodePlace> SymbolTable::find(u64 address) const noexcept {
    const u64 offset = address - image_; // of an address before the image: huge, so not found
    const auto next = std::upper_bound(
        entries_.begin(), entries_.end(), offset,
        [](u64 wanted, const Entry& entry) noexcept { return wanted < entry.begin; });
    if (next == entries_.begin() || next == entries_.end()) return std::nullopt;
    const Entry& found = *std::prev(next);
    return CodePlace{{names_ + found.name, next->name - found.name}, offset - found.begin};
}

} // namespace k
