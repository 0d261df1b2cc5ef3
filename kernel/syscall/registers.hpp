/// \file
/// A thread's registers as programs carry them from one to another.
#pragma once

#include "abi/user_context.hpp"
#include "arch/user_context.hpp"

#include <array>

namespace k {

/// All of them, in the interface's order.
using RegisterWords = std::array<u64, abi::user_context_words>;

/// Which words of it the methods are about: pc, sp and what a function need not keep; and the rest.
inline constexpr usize pc_word = 0;
inline constexpr usize frame_words = 17;

[[nodiscard]] RegisterWords words_of(const arch::UserContext& context) noexcept;

/// The same the other way. Of the processor's state a program has a say in the flags, no more.
void set_words(arch::UserContext& context, const RegisterWords& words) noexcept;

} // namespace k
