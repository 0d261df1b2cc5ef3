/// \file
/// Trace points: a record of what the kernel did, for readers to come (debugger, pictures).
///
/// The chapter that introduces a thing worth tracing adds its Kind and its `trace::event`. A build
/// without -DTESSERA_TRACE=ON holds none of it, not even an instruction; a check proves that.
#pragma once

#include "base/types.hpp"

#include <array>

namespace k::trace {

inline constexpr bool enabled = K_TRACE != 0;

/// What happened. The comment names the words that come with it.
enum class Kind : u64 {
    None,
    Boot,        ///< exception level of entry
    Panic,       ///< line in the source
    Exception,   ///< vector, syndrome, program counter
    Map,         ///< virtual address, descriptor
    Unmap,       ///< virtual address, descriptor that was there
    Interrupt,   ///< INTID
    SystemCall,  ///< number, first argument
    Retype,      ///< address of the untyped, log2 of the bytes of an object, number of objects
    Preempted,   ///< CPtr and label of the call that will be made again
    Delete,      ///< capability's first word, graves
    Revoke,      ///< capability's first word, graves
    Bury,        ///< zombie's first word, graves
    AsidAssign,  ///< identifier, address of the root table
    AsidRelease, ///< identifier, address of the root table
    TableAdd,    ///< virtual address, descriptor
    TableRemove, ///< virtual address, descriptor that was there
    Message,     ///< badge and message info as they arrive
    Signal,      ///< badge
    Fault,       ///< its place among the kinds of Fault, program counter
};

struct Record {
    Kind kind = Kind::None;
    std::array<u64, 3> words{};
};

/// The newest records. Nothing in the kernel reads them, so they are no part of KernelState.
class Ring {
  public:
    static constexpr usize capacity = 256;

    void add(const Record& record) noexcept {
        records_[count_ % capacity] = record;
        ++count_;
    }

    /// How many records there have been, those that were overwritten included.
    [[nodiscard]] u64 count() const noexcept { return count_; }

    /// The record that was added `age` records before the newest. \pre age < min(count, capacity)
    [[nodiscard]] const Record& newest(u64 age = 0) const noexcept {
        return records_[(count_ - 1 - age) % capacity];
    }

  private:
    std::array<Record, capacity> records_{};
    u64 count_ = 0;
};

inline constinit Ring ring;

/// Notes an event with up to three words about it, if this build traces.
template <class... Words>
inline void event([[maybe_unused]] Kind kind, [[maybe_unused]] Words... words) noexcept {
    static_assert(sizeof...(Words) <= 3);
    if constexpr (enabled) ring.add({kind, {static_cast<u64>(words)...}});
}

} // namespace k::trace
