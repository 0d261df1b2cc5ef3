/// \file
/// The message that a thread sends: where its words are.
#pragma once

#include "abi/message.hpp"
#include "object/tcb.hpp"

namespace k {

/// A view of the message in a thread's registers and IPC buffer. seL4 manual, "IPC Buffer".
class Message {
  public:
    explicit Message(const Tcb& sender) noexcept
        : sender_{&sender}, buffer_{sender.readable_buffer()}, info_{abi::MessageInfo{
                                                                   sender.context.x[1]}} {}

    [[nodiscard]] u64 label() const noexcept { return info_[abi::MessageInfo::label]; }

    /// In words; without an IPC buffer there is no room but for those in registers.
    [[nodiscard]] u64 length() const noexcept {
        return std::min(info_.words(), has_buffer() ? abi::message_words : abi::message_registers);
    }

    /// \pre nobody looks beyond length()
    [[nodiscard]] abi::MessageWords words() const noexcept {
        return {&sender_->context.x[2], has_buffer() ? buffer_->message.data() : nullptr};
    }

    /// How many capabilities come with it; their CPtrs are in the IPC buffer.
    [[nodiscard]] u64 extra_caps() const noexcept {
        return has_buffer() ? info_[abi::MessageInfo::extra_caps] : 0;
    }

    /// \pre i < extra_caps()
    [[nodiscard]] u64 extra_cptr(usize i) const noexcept {
        K_ASSERT(i < extra_caps());
        return buffer_->caps_or_badges[i];
    }

  private:
    [[nodiscard]] bool has_buffer() const noexcept { return buffer_ != nullptr; }

    const Tcb* sender_;
    const abi::IpcBuffer* buffer_; ///< nullptr without one
    abi::MessageInfo info_;
};

} // namespace k
