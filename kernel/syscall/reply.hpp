/// \file
/// How the kernel answers a thread.
#pragma once

#include "object/tcb.hpp"
#include "syscall/error.hpp"

#include <span>

namespace k {

/// The words of an answer, put where the caller will find them: the first ones in registers, the
/// rest in its IPC buffer as far as it has one.
class ResultWords {
  public:
    /// \param caller  who waits for the answer; nullptr if nobody does, so that the words are lost
    explicit ResultWords(Tcb* caller) noexcept : caller_{caller} {}

    /// Adds a word. Those of the call itself are no longer there.
    void add(u64 word) noexcept;

    /// Adds several, as if one by one.
    void add(std::span<const u64> words) noexcept;

    /// How many words have found room.
    [[nodiscard]] u64 length() const noexcept { return length_; }

  private:
    Tcb* caller_;
    u64 length_ = 0;
};

/// Answers a Call: a label, and the words that have been added. Registers beyond the words keep
/// their values.
void reply(Tcb& caller, abi::Error label, const ResultWords& words) noexcept;

} // namespace k
