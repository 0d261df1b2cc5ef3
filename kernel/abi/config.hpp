/// \file
/// What a build decides about the interface. The build system says; alone, it is the usual kernel.
#pragma once

#ifndef K_CORES
    #define K_CORES 1 // more than one: a row of invocations.def more
#endif
#ifndef K_DEBUG_CALLS
    #define K_DEBUG_CALLS                                                                          \
        1 // 0 in release builds: nothing that a program could look into others with
#endif

namespace k::abi {

/// Whether this build has the debug calls.
inline constexpr bool debug_calls = K_DEBUG_CALLS != 0;

} // namespace k::abi
