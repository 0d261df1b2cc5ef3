/// \file
/// Formatting into a string, for tests.
#pragma once

#include "base/format.hpp"

#include <string>

namespace k {

struct TextTarget {
    void write(std::string_view more) { text += more; }

    std::string text;
};

/// What `format` makes of `text` and `arguments`.
template <class... Arguments>
std::string formatted(FormatString<std::type_identity_t<Arguments>...> text,
                      const Arguments&... arguments) {
    TextTarget target;
    format(target, text, arguments...);
    return target.text;
}

} // namespace k
