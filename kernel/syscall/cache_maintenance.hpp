/// \file
/// Cache maintenance that a program asks for.
#pragma once

#include "object/address_space.hpp"
#include "syscall/error.hpp"

namespace k {

/// What is to be done that nothing can stop any more.
struct CacheMaintenance {
    arch::CacheOperation operation;
    AddressSpace space;
    VirtRange range; ///< within one leaf
};

/// Refuses what could lose data that the program has no right to change: what was written to lines
/// that are invalidated.
[[nodiscard]] Result<Ok> require_permission(arch::CacheOperation operation,
                                            arch::Descriptor leaf) noexcept;

void perform(const CacheMaintenance& plan) noexcept;

} // namespace k
