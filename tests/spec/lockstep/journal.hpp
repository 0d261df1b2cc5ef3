/// \file
/// What is being played, written down where it can be read when the kernel has taken the player
/// with it.
#pragma once

#include "act.hpp"

#include <span>
#include <vector>

namespace spec {

using Acts = std::vector<Act>;

/// Shared with processes that are started while it lives.
class Journal {
  public:
    /// The longest program.
    static constexpr std::size_t capacity = 500;

    Journal();
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// A program begins.
    void open(std::span<const Act> acts);
    /// The next of its acts begins.
    void next() { ++pages_->begun, ++pages_->events; }
    /// All is well with it.
    void close() { pages_->is_open = false; }

    /// Whether a program has begun, and it is not known that all is well with it.
    bool is_open() const { return pages_->is_open; }
    /// Those acts of the last program that have begun.
    Acts begun() const;
    /// How many acts have begun in all.
    std::size_t events() const { return pages_->events; }

  private:
    struct Pages {
        bool is_open;
        std::size_t begun;
        std::size_t events;
        std::array<Act, capacity> acts;
    };

    Pages* pages_;
};

} // namespace spec
