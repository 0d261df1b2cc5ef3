/// \file
/// Every register that a program can see, as probe.S stores them and loads them.
#pragma once

#include "base/types.hpp"

#include <array>
#include <cstddef>

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

extern "C" {
extern const Registers registers_at_start; // as the kernel left them

/// Loads all registers from `before`, makes the system call that x7 names, and stores all in
/// `after`, whose address is in SP meanwhile.
void probe_call(const Registers* before, Registers* after) noexcept;

/// The same with a loop in place of the system call, which counts x9 down to 0.
void probe_loop(const Registers* before, Registers* after) noexcept;
}
