/// \file
/// Cache maintenance (fake, for tests on the host).
#pragma once

#include "base/address.hpp"

namespace k::arch {

/// What instruction fetches were last made to see; a test looks at it.
inline VirtRange fake_unified{};

inline void unify_instructions(VirtRange range) noexcept {
    fake_unified = range;
}

} // namespace k::arch
