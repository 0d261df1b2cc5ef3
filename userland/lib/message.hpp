/// \file
/// Messages: the words are in the thread's IPC buffer, where stubs put and find them.
#pragma once

#include "abi/message.hpp"

#include <initializer_list>
#include <sel4/sel4.h>

namespace user {

using k::u64;
using k::abi::MessageInfo;

/// A message that has arrived: from whom, and what it is like. Its words: word().
struct Received {
    u64 badge;
    MessageInfo info;

    [[nodiscard]] u64 label() const noexcept { return info[MessageInfo::label]; }

    [[nodiscard]] u64 length() const noexcept { return info.words(); }
};

/// A word of the message that has arrived last.
[[nodiscard]] inline u64 word(int i) noexcept {
    return seL4_GetMR(i);
}

/// Puts words where the next message is taken from.
/// \returns what is to be sent with it
[[nodiscard]] inline seL4_MessageInfo_t message(u64 label, std::initializer_list<u64> words,
                                                u64 extra_caps = 0) noexcept {
    for (int i = 0; const u64 word : words)
        seL4_SetMR(i++, word);
    return seL4_MessageInfo_new(label, 0, extra_caps, words.size());
}

} // namespace user
