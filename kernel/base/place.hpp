/// \file
/// A place in the source code.
#pragma once

namespace k {

/// Where something was written. As a default argument, `Place::here()` is the caller's place.
/// (Clang 14 cannot compile `std::source_location`, which is the same thing.)
struct Place {
    const char* file;
    int line;

    static constexpr Place here(const char* file = __builtin_FILE(),
                                int line = __builtin_LINE()) noexcept {
        return {file, line};
    }
};

} // namespace k
