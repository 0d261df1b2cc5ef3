/// \file
/// A thread's registers as ReadRegisters and WriteRegisters carry them.
#pragma once

#include "base/types.hpp"

namespace k::abi {

/// One word each, in the interface's order.
struct UserContext {
#define K_REGISTER(name) u64 name;
#include "abi/user_context.def"
#undef K_REGISTER
};

inline constexpr usize user_context_words = sizeof(UserContext) / sizeof(u64);

} // namespace k::abi
