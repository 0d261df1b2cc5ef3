/// \file
/// The system calls and their numbers.
#pragma once

#include "abi/config.hpp"
#include "base/types.hpp"

namespace k::abi {

/// What `svc #0` asks for; the number is all of x7.
enum class Syscall : i64 {
#define K_SYSCALL(name, number) name = (number),
#include "abi/syscalls.def"
#undef K_SYSCALL
};

} // namespace k::abi
