/// \file
/// The memory of a thread's own through which long messages and capabilities travel.
#pragma once

#include "abi/limits.hpp"

#include <array>
#include <cstddef>

namespace k::abi {

/// As it lies in a frame of the thread's.
struct alignas(bit(ipc_buffer_bits)) IpcBuffer {
    u64 tag;                                ///< for the library; the kernel does not touch it
    std::array<u64, message_words> message; ///< the first four words of a message are in registers
    u64 user_data;                          ///< likewise the library's
    std::array<u64, extra_caps> caps_or_badges; ///< sent: CPtrs; received: badges of unwrapped ones
    u64 receive_cnode;                          ///< where a received capability shall go
    u64 receive_index;
    u64 receive_depth;
};

static_assert(offsetof(IpcBuffer, message) == 8);
static_assert(offsetof(IpcBuffer, user_data) == 968);
static_assert(offsetof(IpcBuffer, caps_or_badges) == 976);
static_assert(offsetof(IpcBuffer, receive_cnode) == 1000);
static_assert(sizeof(IpcBuffer) == bit(ipc_buffer_bits));

} // namespace k::abi
