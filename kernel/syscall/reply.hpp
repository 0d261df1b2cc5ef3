/// \file
/// How the kernel answers a thread.
#pragma once

#include "object/tcb.hpp"
#include "syscall/error.hpp"

namespace k {

/// The words of an answer, put where the caller will find them: the first ones in registers, the
/// rest in its IPC buffer as far as it has one.
class ResultWords {
  public:
    /// \param caller  who waits for the answer; nullptr if nobody does, so that the words are lost
    explicit ResultWords(Tcb* caller) noexcept : caller_{caller} {}

    /// Adds a word. Those of the call itself are no longer there.
    void add(u64 word) noexcept;

    /// Adds word(0) to word(count - 1). As if one by one; but where they go is decided once.
    template <class Word>
    void add_each(usize count, Word word) noexcept;

    /// How many words have found room.
    [[nodiscard]] u64 length() const noexcept { return length_; }

  private:
    Tcb* caller_;
    u64 length_ = 0;
};

template <class Word>
void ResultWords::add_each(usize count, Word word) noexcept {
    if (caller_ == nullptr) return;
    usize i = 0;
    u64 at = length_;
    for (; i < count && at < abi::message_registers; ++i, ++at)
        caller_->context.x[2 + at] = word(i);
    abi::IpcBuffer* const buffer = i < count ? caller_->writable_buffer() : nullptr;
    for (; buffer != nullptr && i < count; ++i, ++at)
        buffer->message[at] = word(i);
    length_ = at;
}

/// Answers a Call: a label, and the words that have been added. Registers beyond the words keep
/// their values.
void reply(Tcb& caller, abi::Error label, const ResultWords& words) noexcept;

} // namespace k
