/// \file
/// Which mutant is on. `./tessera mutate` puts this into the kernel's sources, with all mutants of
/// a file side by side: `(mutation::on(17) ? (a <= b) : (a < b))`.
#pragma once

namespace mutation {

/// Mutants are numbered from 1 up to this.
inline constexpr unsigned most = 1U << 16;

/// The number of the mutant that is on; 0 for none.
extern unsigned chosen;

/// By number, whether execution has come by; shared with the process that runs the tests.
extern unsigned char* reached;

[[gnu::always_inline]] inline bool passed(unsigned number) noexcept {
    reached[number] = 1;
    return number == chosen;
}

/// What the compiler evaluates is evaluated without mutants.
[[gnu::always_inline]] constexpr bool on(unsigned number) noexcept {
    return !__builtin_is_constant_evaluated() && passed(number);
}

} // namespace mutation
