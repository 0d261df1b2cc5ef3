/// \file
/// How the kernel says no, and why it did not find a capability.
#pragma once

#include "base/types.hpp"

namespace k::abi {

/// The label of the reply to an invocation.
enum class Error : u64 {
#define K_ERROR(name, number, words) name = (number),
#include "abi/errors.def"
#undef K_ERROR
};

/// Why the walk through a capability space ended early. Its words follow in the message.
enum class LookupFailureType : u64 {
#define K_LOOKUP_FAILURE(name, number, words) name = (number),
#include "abi/lookup_failures.def"
#undef K_LOOKUP_FAILURE
};

} // namespace k::abi
