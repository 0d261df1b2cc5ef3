#include "syscall/reply.hpp"

#include "abi/message.hpp"

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

void reply(Tcb& caller, abi::Error label, const ResultWords& words) noexcept {
    caller.context.x[0] = 0;
    caller.context.x[1] = abi::MessageInfo{}
                              .with(abi::MessageInfo::label, static_cast<u64>(label))
                              .with(abi::MessageInfo::length, words.length())
                              .raw();
}

} // namespace k
