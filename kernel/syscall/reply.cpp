#include "syscall/reply.hpp"

#include "abi/message.hpp"

namespace k {

void reply(Tcb& caller, u64 label, std::span<const u64> words) noexcept {
    auto& x = caller.context.x;
    const usize room = caller.ipc_buffer != nullptr ? words.size() : abi::message_registers;
    const auto length = std::min<usize>(words.size(), room);
    x[0] = 0;
    x[1] = abi::MessageInfo{}
               .with(abi::MessageInfo::label, label)
               .with(abi::MessageInfo::length, length)
               .raw();
    for (usize i = 0; i < length; ++i) {
        if (i < abi::message_registers)
            x[2 + i] = words[i];
        else
            caller.ipc_buffer->message[i] = words[i];
    }
}

} // namespace k
