/// \file
/// System registers as types.
#pragma once

#include "base/bitfield.hpp"

/// Declares `Name`, the system register that assembly calls `reg`, holding a `Layout`. A macro,
/// because the register's name has to be in the text of an instruction.
#define K_SYSTEM_REGISTER(Name, reg, Layout)                                                       \
    struct Name {                                                                                  \
        [[nodiscard]] static Layout read() noexcept {                                              \
            ::k::u64 raw = 0;                                                                      \
            asm volatile("mrs %0, " reg : "=r"(raw) : : "memory");                                 \
            return Layout{raw};                                                                    \
        }                                                                                          \
        static void write(Layout value) noexcept {                                                 \
            asm volatile("msr " reg ", %x0" : : "rZ"(value.raw()) : "memory");                     \
        }                                                                                          \
    }

namespace k::arch {

/// A register that is one number, or whose fields nobody needs.
struct Plain : Bits<Plain> {
    using Bits::Bits;
};

} // namespace k::arch
