/// \file
/// The assertion that every layer uses.
#pragma once

#include "base/place.hpp"

namespace k {

/// Panics with the condition that did not hold. Deliberately not constexpr: a constant expression
/// that gets here does not compile, at the line that wrote it.
[[noreturn]] void assertion_failed(const char* condition, Place place) noexcept;

} // namespace k

/// Something that must hold or the kernel is wrong, whatever users do. It is on in every build.
#define K_ASSERT(condition)                                                                        \
    ((condition) ? void(0) : ::k::assertion_failed(#condition, {__FILE__, __LINE__}))
