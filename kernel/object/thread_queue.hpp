/// \file
/// Threads in a row: ready to run, or waiting for the same thing.
#pragma once

#include "object/tcb.hpp"

namespace k {

/// A list of threads, linked through their control blocks, so that it takes no memory to put one
/// in. A thread is in one queue at most. Sixteen bytes of zeros are an empty one.
class ThreadQueue {
  public:
    [[nodiscard]] bool empty() const noexcept { return head_ == nullptr; }

    [[nodiscard]] Tcb* front() const noexcept { return head_; }

    [[nodiscard]] Tcb* back() const noexcept { return tail_; }

    /// \pre `thread` is in no queue
    void push_front(Tcb& thread) noexcept {
        thread.previous = nullptr;
        thread.next = head_;
        (head_ != nullptr ? head_->previous : tail_) = &thread;
        head_ = &thread;
    }

    /// \pre `thread` is in no queue
    void push_back(Tcb& thread) noexcept {
        thread.previous = tail_;
        thread.next = nullptr;
        (tail_ != nullptr ? tail_->next : head_) = &thread;
        tail_ = &thread;
    }

    /// \pre `thread` is in this queue
    void remove(Tcb& thread) noexcept {
        (thread.previous != nullptr ? thread.previous->next : head_) = thread.next;
        (thread.next != nullptr ? thread.next->previous : tail_) = thread.previous;
    }

    /// Takes out the first. \pre not empty
    Tcb& pop_front() noexcept {
        K_ASSERT(!empty());
        Tcb& first = *head_;
        remove(first);
        return first;
    }

  private:
    Tcb* head_ = nullptr;
    Tcb* tail_ = nullptr;
};

} // namespace k
