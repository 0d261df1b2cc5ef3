/// \file
/// A thread's registers as programs carry them from one to another.
#pragma once

#include "abi/user_context.hpp"
#include "arch/user_context.hpp"

#include <array>

namespace k {

/// They are numbered in the interface's order: pc, sp, spsr and what a function need not keep,
/// which is the frame; then the rest.
inline constexpr usize pc_register = 0;
inline constexpr usize spsr_register = 2;
inline constexpr usize frame_registers = 17;

/// Which word of a context each register is.
inline constexpr std::array<u8, abi::user_context_words> place_in_context{
    32, 31, 33, 0,  1,  2,  3,  4,  5,  6,  7,  8,  16, 17, 18, 29, 30, 9,
    10, 11, 12, 13, 14, 15, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 34, 35};

static_assert(sizeof(arch::UserContext) == place_in_context.size() * sizeof(u64));

/// \pre `which` < abi::user_context_words
[[nodiscard]] inline u64 read_register(const arch::UserContext& context, usize which) noexcept {
    return context.words()[place_in_context[which]];
}

/// Of the processor's state a program has a say in the flags, no more.
/// \pre `which` < abi::user_context_words
inline void write_register(arch::UserContext& context, usize which, u64 value) noexcept {
    if (which == spsr_register)
        context.pstate = arch::Spsr::of_user(value);
    else
        context.words()[place_in_context[which]] = value;
}

} // namespace k
