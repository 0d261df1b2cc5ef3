/// \file
/// The registers of what an exception interrupted.
#pragma once

#include "arch/esr.hpp"

#include <array>
#include <cstddef>
#include <type_traits>

namespace k::arch {

/// What the vectors save on entry and load again on the way out. A handler that changes a member
/// changes what runs next. The assembly takes its offsets from here, through `asm_offsets.cpp`.
struct alignas(16) TrapFrame {
    std::array<u64, 31> x{}; ///< X0 to X30: X29 is the frame pointer, X30 the link register
    u64 sp = 0;              ///< SP_EL1, sound or not; what ran on SP_EL0 still has its own there
    u64 pc = 0;              ///< ELR_EL1, "preferred exception return address"
    u64 pstate = 0;          ///< SPSR_EL1
    Esr esr{};               ///< ESR_EL1: why, if the exception is synchronous or an SError
    u64 far = 0;             ///< FAR_EL1: where, for aborts and watchpoints
};

static_assert(std::is_standard_layout_v<TrapFrame>, "or the offsets mean nothing");
static_assert(sizeof(TrapFrame) % 16 == 0, "SP must stay aligned below a frame");
static_assert(offsetof(TrapFrame, sp) == offsetof(TrapFrame, x) + sizeof(TrapFrame::x) &&
                  offsetof(TrapFrame, pstate) == offsetof(TrapFrame, pc) + 8 &&
                  offsetof(TrapFrame, far) == offsetof(TrapFrame, esr) + 8,
              "vectors.S saves these in pairs: x30 with SP, PC with PSTATE, ESR with FAR");

} // namespace k::arch
