/// \file
/// With what a program begins.
#pragma once

#include "stage.hpp"
#include "step.hpp"

namespace spec {

/// The slots that preparations() fills, in the root CNode.
namespace prepared {
constexpr Word endpoint = 64;
constexpr Word badged = 65; ///< the same with a badge
constexpr Word notification = 66;
constexpr Word signal = 67;  ///< the same with a badge
constexpr Word tables = 68;  ///< three mapped in each of two address spaces, four not
constexpr Word frames = 78;  ///< one mapped in each of two address spaces, one not
constexpr Word vspaces = 81; ///< the second address space, and one that has no ASID
constexpr Word pool = 83;    ///< the ASID pool that the second address space is in
constexpr Word pools = 84;   ///< untypeds of 4 KiB: two that can be pools, one that is
constexpr Word cnodes = 87;  ///< two of four slots, in the first of which one is free
constexpr Word threads = 89; ///< three, each followed by its IPC buffer's frame
constexpr Word end = 95;
} // namespace prepared

/// What threads have as fault handler, once faults are sent: a badged endpoint.
constexpr Word fault_handler = chapter >= 16 ? prepared::badged : 0;

constexpr Word mapped_region = 0x40'0000; ///< where the tables for small pages are

/// The calls with which a program begins, so that there is something to work with.
std::vector<Call> preparations();

} // namespace spec
