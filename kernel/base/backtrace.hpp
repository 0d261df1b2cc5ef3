/// \file
/// Who called whom, read from the stack.
#pragma once

#include "base/format.hpp"
#include "base/symbols.hpp"

namespace k {

inline constexpr u64 instruction_bytes = 4;

/// What every function leaves on the stack when it is called.
/// "Procedure Call Standard for the Arm 64-bit Architecture", "The Frame Pointer".
struct FrameRecord {
    u64 caller;         ///< where the caller's own record is, or 0 for the first function of all
    u64 return_address; ///< where in the caller it goes on
};

/// The memory in which frame records are believed: [begin, end).
struct StackBounds {
    u64 begin;
    u64 end;
};

/// Walks a chain of frame records from the innermost function outwards. A broken stack is what one
/// needs a backtrace for: nothing is read unless it lies in the stack, and further up than the
/// last.
class FrameWalk {
  public:
    constexpr FrameWalk(u64 frame_pointer, StackBounds bounds) noexcept
        : next_{frame_pointer}, bounds_{bounds} {}

    /// The next record; nullptr where the chain ends, or where it makes no sense.
    const FrameRecord* next() noexcept;

  private:
    u64 next_;
    StackBounds bounds_;
};

/// Where a processor was in the code.
struct CodePosition {
    u64 pc;
    u64 link;          ///< the link register
    u64 frame_pointer; ///< address of the innermost frame record

    /// Of the call that the calling function was called by.
    [[gnu::always_inline]] static CodePosition of_caller() noexcept {
        const auto* const record = static_cast<const FrameRecord*>(__builtin_frame_address(0));
        return {record->return_address - instruction_bytes, 0, record->caller};
    }
};

/// Writes `position` and the calls that led there, one a line.
void write_backtrace(TextOut out, const SymbolTable& symbols, StackBounds stack,
                     CodePosition position) noexcept;

} // namespace k
