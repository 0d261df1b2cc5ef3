#include "base/backtrace.hpp"

namespace k {

namespace {

/// Writes the place `behind` bytes before `address`, as seen from `address`.
void write_place(TextOut out, const SymbolTable& symbols, std::string_view how, u64 address,
                 u64 behind = 0) noexcept {
    format(out, "  {} {:#018x}", how, address);
    if (const auto place = symbols.find(address - behind))
        format(out, " {}+{:#x}", place->function, place->offset + behind);
    out.write("\n");
}

/// A call whose last instruction was the call returns to the function that lies behind it in
/// memory, so it is the call that is looked up.
void write_caller(TextOut out, const SymbolTable& symbols, u64 return_address) noexcept {
    write_place(out, symbols, "by", return_address, instruction_bytes);
}

/// The first record of `walk` that returns elsewhere than `first` does. A recursion that has filled
/// the stack takes one line so, not hundreds.
const FrameRecord* skip_recursion(TextOut out, FrameWalk& walk, const FrameRecord* first) noexcept {
    const FrameRecord* last = first;
    const FrameRecord* record = walk.next();
    for (; record != nullptr && record->return_address == first->return_address;
         record = walk.next())
        last = record;
    const u64 bytes = reinterpret_cast<u64>(last) - reinterpret_cast<u64>(first);
    if (bytes != 0) format(out, "     and again, over {} bytes of stack\n", bytes);
    return record;
}

} // namespace

const FrameRecord* FrameWalk::next() noexcept {
    const bool aligned = next_ % alignof(FrameRecord) == 0;
    const bool inside =
        bounds_.begin <= next_ && next_ < bounds_.end && bounds_.end - next_ >= sizeof(FrameRecord);
    if (!aligned || !inside) return nullptr;
    const auto* const record = reinterpret_cast<const FrameRecord*>(next_);
    bounds_.begin = next_ + sizeof(FrameRecord);
    next_ = record->caller;
    return record;
}

void write_backtrace(TextOut out, const SymbolTable& symbols, StackBounds stack,
                     CodePosition position) noexcept {
    write_place(out, symbols, "at", position.pc);
    // A jump to where no code is has left no record, but the link register knows the caller.
    if (!symbols.find(position.pc)) write_caller(out, symbols, position.link);
    FrameWalk walk{position.frame_pointer, stack};
    const FrameRecord* record = walk.next();
    while (record != nullptr && record->return_address != 0) {
        write_caller(out, symbols, record->return_address);
        record = skip_recursion(out, walk, record);
    }
}

} // namespace k
