/// \file
/// The threads that could run but for the one that does, by priority.
#pragma once

#include "abi/limits.hpp"
#include "object/thread_queue.hpp"

#include <bit>

namespace k {

/// A set of priorities that knows its highest in a few instructions, however many there are: a bit
/// for each, and a bit for each word that has any set.
class PrioritySet {
  public:
    [[nodiscard]] bool empty() const noexcept { return words_in_use_ == 0; }

    [[nodiscard]] bool has(u8 priority) const noexcept {
        return (words_[priority / word_bits] & bit(priority % word_bits)) != 0;
    }

    void add(u8 priority) noexcept {
        words_[priority / word_bits] |= bit(priority % word_bits);
        words_in_use_ |= bit(priority / word_bits);
    }

    void drop(u8 priority) noexcept {
        u64& word = words_[priority / word_bits];
        word &= ~bit(priority % word_bits);
        if (word == 0) words_in_use_ &= ~bit(priority / word_bits);
    }

    /// \pre not empty
    [[nodiscard]] u8 highest() const noexcept {
        K_ASSERT(!empty());
        const auto word = static_cast<unsigned>(std::bit_width(words_in_use_)) - 1;
        const auto low = static_cast<unsigned>(std::bit_width(words_[word])) - 1;
        return static_cast<u8>(word * word_bits + low);
    }

    friend bool operator==(const PrioritySet&, const PrioritySet&) = default;

  private:
    static constexpr unsigned word_bits = 64;

    std::array<u64, (abi::max_priority + 1) / word_bits> words_{};
    u64 words_in_use_ = 0;
};

/// A queue for each priority.
class ReadyQueues {
  public:
    [[nodiscard]] bool empty() const noexcept { return in_use_.empty(); }

    /// Whether anybody of this priority is here.
    [[nodiscard]] bool has(u8 priority) const noexcept { return in_use_.has(priority); }

    /// The priority of the first. \pre not empty
    [[nodiscard]] u8 highest() const noexcept { return in_use_.highest(); }

    /// Before all others of its priority. \pre `thread` is in no queue
    void push_front(Tcb& thread) noexcept {
        queues_[thread.priority].push_front(thread);
        in_use_.add(thread.priority);
    }

    /// Behind all others of its priority. \pre `thread` is in no queue
    void push_back(Tcb& thread) noexcept {
        queues_[thread.priority].push_back(thread);
        in_use_.add(thread.priority);
    }

    /// \pre `thread` is here, and its priority is what it was when it came
    void remove(Tcb& thread) noexcept {
        ThreadQueue& queue = queues_[thread.priority];
        queue.remove(thread);
        if (queue.empty()) in_use_.drop(thread.priority);
    }

    /// Takes out the first of the highest priority; nothing if nobody is here.
    [[nodiscard]] Tcb* take() noexcept {
        if (empty()) return nullptr;
        Tcb& first = *queues_[highest()].front();
        remove(first);
        return &first;
    }

    [[nodiscard]] const ThreadQueue& queue(u8 priority) const noexcept { return queues_[priority]; }

    /// The priorities of which anybody is here.
    [[nodiscard]] const PrioritySet& in_use() const noexcept { return in_use_; }

  private:
    std::array<ThreadQueue, abi::max_priority + 1> queues_{};
    PrioritySet in_use_; ///< the priorities whose queues are not empty
};

} // namespace k
