/// \file
/// The end of a kernel that cannot go on.
#pragma once

#include "base/format.hpp"
#include "base/place.hpp"

#include <array>
#include <span>
#include <type_traits>

namespace k {

/// A message that is checked like any format string, and the place that it was written at.
template <class... Arguments>
struct PanicMessage {
    // Implicit, so that a call of panic() looks like one of print().
    consteval PanicMessage(const char* message, Place written_at = Place::here()) // NOLINT
        : text{message}, place{written_at} {}

    FormatString<Arguments...> text;
    Place place;
};

/// What panic() does when templates are out of the way.
[[noreturn, gnu::noinline]] void panic_at(Place place, std::string_view text,
                                          std::span<const Argument> arguments) noexcept;

/// Prints `PANIC: message` and the place of the call, then turns the machine off. For what only a
/// mistake in the kernel can cause; what users can cause is an error value instead. Inline, so that
/// a backtrace begins with the caller.
template <class... Arguments>
[[noreturn, gnu::always_inline]] inline void
panic(PanicMessage<std::type_identity_t<Arguments>...> message,
      const Arguments&... arguments) noexcept {
    const std::array<Argument, sizeof...(Arguments)> list{argument(arguments)...};
    panic_at(message.place, message.text.get(), list);
}

} // namespace k
