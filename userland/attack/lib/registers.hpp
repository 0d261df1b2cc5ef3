/// \file
/// Every register that a program can see: filling all of them, doing something, and comparing.
#pragma once

#include "base/types.hpp"

#include <array>
#include <cstddef>
#include <string_view>

struct Vector {
    k::u64 low;
    k::u64 high;

    friend constexpr bool operator==(const Vector&, const Vector&) = default;
};

struct alignas(16) Registers {
    std::array<k::u64, 31> x;
    k::u64 sp;
    k::u64 flags;  ///< NZCV
    k::u64 tls;    ///< TPIDR_EL0
    k::u64 tls_ro; ///< TPIDRRO_EL0
    k::u64 fpsr;
    k::u64 fpcr;
    k::u64 padding;
    std::array<Vector, 32> v;
};

static_assert(offsetof(Registers, flags) == 256 && offsetof(Registers, tls_ro) == 272 &&
                  offsetof(Registers, fpcr) == 288 && offsetof(Registers, v) == 304,
              "probe.S has these numbers");

/// Something else in each register: every bit is set in some and clear in others. SP is for the
/// program to choose, since probes use it.
void fill_with_patterns(Registers& registers, k::u64 seed);

/// Prints every difference between two sets of registers, or that there is none.
/// \returns how many there are
[[nodiscard]] unsigned compare(std::string_view when, const Registers& now,
                               const Registers& expected);

// What follows is in probe.S, and so are the numbers above. A program that uses it has its first
// instruction there, too.
extern "C" {
extern const Registers registers_at_start; // as the kernel left them

/// Loads all registers from `before`, makes the system call that x7 names, and stores all in
/// `after`, whose address is in SP meanwhile.
void probe_call(const Registers* before, Registers* after) noexcept;

/// The same with a loop in place of the system call, which counts x9 down to 0.
void probe_loop(const Registers* before, Registers* after) noexcept;
}
