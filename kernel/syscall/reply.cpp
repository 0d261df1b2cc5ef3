#include "syscall/reply.hpp"

#include "abi/message.hpp"

#include <algorithm>

namespace k {

void ResultWords::add(u64 word) noexcept {
    if (caller_ == nullptr) return;
    if (length_ < abi::message_registers) {
        caller_->context.x[2 + length_] = word;
    } else {
        abi::IpcBuffer* const buffer = caller_->writable_buffer();
        if (buffer == nullptr) return;
        buffer->message[length_] = word;
    }
    ++length_;
}

void ResultWords::add(std::span<const u64> words) noexcept {
    if (caller_ == nullptr) return;
    usize done = 0;
    while (done < words.size() && length_ < abi::message_registers)
        add(words[done++]);
    abi::IpcBuffer* const buffer = caller_->writable_buffer();
    if (buffer == nullptr) return;
    std::ranges::copy(words.subspan(done), buffer->message.begin() + static_cast<i64>(length_));
    length_ += words.size() - done;
}

void reply(Tcb& caller, abi::Error label, const ResultWords& words) noexcept {
    caller.context.x[0] = 0;
    caller.context.x[1] = abi::MessageInfo{}
                              .with(abi::MessageInfo::label, static_cast<u64>(label))
                              .with(abi::MessageInfo::length, words.length())
                              .raw();
}

} // namespace k
