/// \file
/// What travels from a thread to the kernel and back: the message info word, and message words.
#pragma once

#include "abi/limits.hpp"
#include "base/bitfield.hpp"

#include <algorithm>

namespace k::abi {

/// The word in x1 that describes a message.
struct MessageInfo : Bits<MessageInfo> {
    using Bits::Bits;
    static constexpr Field<63, 12> label{};
    static constexpr Field<11, 9> caps_unwrapped{};
    static constexpr Field<8, 7> extra_caps{};
    static constexpr Field<6, 0> length{};

    /// How many words the message has: longer ones are cut.
    [[nodiscard]] constexpr u64 words() const noexcept {
        return std::min((*this)[length], message_words);
    }
};

static_assert(disjoint(MessageInfo::label, MessageInfo::caps_unwrapped, MessageInfo::extra_caps,
                       MessageInfo::length));

/// The words of a message: the first four are in registers, the rest in the IPC buffer.
class MessageWords {
  public:
    /// \param registers  x2 to x5
    /// \param buffer     all of the IPC buffer's message area; null if there is no buffer
    constexpr MessageWords(const u64* registers, const u64* buffer) noexcept
        : registers_{registers}, buffer_{buffer} {}

    /// \pre The message has more than `i` words, and no more than 4 if there is no buffer.
    constexpr u64 operator[](usize i) const noexcept {
        if (i < message_registers) return registers_[i];
        K_ASSERT(buffer_ != nullptr);
        return buffer_[i];
    }

  private:
    const u64* registers_;
    const u64* buffer_;
};

} // namespace k::abi
