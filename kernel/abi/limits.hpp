/// \file
/// Sizes and limits of the interface.
#pragma once

#include "base/types.hpp"

namespace k::abi {

#define K_BITS(name, value, what)  inline constexpr unsigned name = value;
#define K_LIMIT(name, value, what) inline constexpr u64 name = value;
#include "abi/limits.def"
#undef K_BITS
#undef K_LIMIT

} // namespace k::abi
