/// \file
/// The names of the kernel's own functions, for people who read addresses.
#pragma once

#include "base/types.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace k {

/// A place in the code as a person would say it.
struct CodePlace {
    std::string_view function;
    u64 offset; ///< bytes from the function's beginning
};

/// The table that the build makes from the linked kernel (`scripts/build/symbols.py`). It holds
/// offsets only, so it is right wherever the image lies.
class SymbolTable {
  public:
    /// Where a function begins in the image, and where its name begins among the names. Each name
    /// ends where the next one begins.
    struct Entry {
        u32 begin;
        u32 name;
    };

    /// \param image    the address of the image's first byte
    /// \param entries  ascending in both members; the last stands for the end of all code
    /// \param names    as many characters as the last entry says
    constexpr SymbolTable(u64 image, std::span<const Entry> entries, const char* names) noexcept
        : image_{image}, entries_{entries}, names_{names} {}

    /// The function that `address` lies in, if it lies in one.
    [[nodiscard]] std::optional<CodePlace> find(u64 address) const noexcept;

  private:
    u64 image_;
    std::span<const Entry> entries_;
    const char* names_;
};

} // namespace k
