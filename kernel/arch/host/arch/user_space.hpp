/// \file
/// Which tables translate the lower half, the user's (fake, for tests on the host).
#pragma once

#include "arch/tlb.hpp"

namespace k::arch {

inline UserSpace fake_user_space{PhysAddr{}, Asid::Kernel};

[[nodiscard]] inline UserSpace user_space() noexcept {
    return fake_user_space;
}

inline void enter(UserSpace space) noexcept {
    fake_user_space = space;
    if (fake_mmu != nullptr) fake_mmu->enter(space);
    synchronise_context();
}

} // namespace k::arch
