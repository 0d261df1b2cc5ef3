#include "ipc/transfer.hpp"

#include "abi/message.hpp"
#include "base/trace.hpp"
#include "ipc/capability_transfer.hpp"
#include "ipc/fault.hpp"

namespace k {

namespace {

/// Several words in each step: the longest message is most of the work of whoever sends it.
void copy(const u64* from, u64* to, u64 count) noexcept {
    constexpr u64 at_once = 4;
    for (; count >= at_once; count -= at_once, from += at_once, to += at_once) {
        const std::array<u64, at_once> words{from[0], from[1], from[2], from[3]};
        to[0] = words[0];
        to[1] = words[1];
        to[2] = words[2];
        to[3] = words[3];
    }
    for (; count != 0; --count)
        *to++ = *from++;
}

/// The words that have no room in registers.
/// \return how long the message is that has arrived
u64 copy_long(const Tcb& from, Tcb& to, u64 length) noexcept {
    constexpr u64 in_registers = abi::message_registers;
    const abi::IpcBuffer* const sent = from.readable_buffer();
    abi::IpcBuffer* const received = to.writable_buffer();
    if (sent == nullptr || received == nullptr) return in_registers;
    copy(sent->message.data() + in_registers, received->message.data() + in_registers,
         length - in_registers);
    return length;
}

} // namespace

void transfer(Tcb& from, Tcb& to, const Capability& through, u64 badge) noexcept {
    if (from.has_fault()) return transfer_fault(from, to, badge);
    using abi::MessageInfo;
    const auto& source = from.context.x;
    auto& target = to.context.x;
    const MessageInfo info{source[1]};
    u64 length = info.words();
    for (u64 i = 0; i < std::min(length, abi::message_registers); ++i)
        target[2 + i] = source[2 + i];
    if (length > abi::message_registers) length = copy_long(from, to, length);

    auto arrived = MessageInfo{}
                       .with(MessageInfo::label, info[MessageInfo::label])
                       .with(MessageInfo::length, length);
    if (info[MessageInfo::extra_caps] != 0 && through.rights()[Rights::grant])
        arrived = transfer_capabilities(from, to, through, arrived);
    target[0] = badge;
    target[1] = arrived.raw();
    trace::event(trace::Kind::Message, badge, target[1]);
}

} // namespace k
