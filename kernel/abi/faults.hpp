/// \file
/// What a thread's fault handler is told.
#pragma once

#include "base/types.hpp"

namespace k::abi {

/// The label of the message.
enum class Fault : u64 {
    NullFault, ///< no fault: an ordinary message
#define K_FAULT(name, number, words) name = (number),
#include "abi/faults.def"
#undef K_FAULT
};

/// The places of each fault message's words, by name: `fault::VMFault::address` is 1.
namespace fault {
// NOLINTNEXTLINE(*-identifier-naming): as in the table
enum : usize { w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12 };
#define K_WORD(name, at)         name = (at),
#define K_WORDS(name, at, count) name = (at), name##_last = (at) + ((count)-1),
#define K_FAULT(name, number, words)                                                               \
    struct name {                                                                                  \
        enum : usize { words length };                                                             \
    };
#include "abi/faults.def"
#undef K_FAULT
} // namespace fault

} // namespace k::abi
