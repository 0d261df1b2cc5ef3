/// \file
/// Where threads meet to pass messages.
#pragma once

#include "lib/capability.hpp"
#include "lib/message.hpp"

namespace user {

/// A capability to an endpoint.
class Endpoint : public Capability {
  public:
    static constexpr auto object_type = k::abi::ObjectType::Endpoint;
    using Capability::Capability;

    void send(seL4_MessageInfo_t message) const noexcept { seL4_Send(cptr(), message); }

    /// Sends only if somebody waits for it.
    void try_send(seL4_MessageInfo_t message) const noexcept { seL4_NBSend(cptr(), message); }

    /// Sends, and waits for the reply.
    Received call(seL4_MessageInfo_t message) const noexcept {
        return {0, MessageInfo{seL4_Call(cptr(), message).words[0]}};
    }

    [[nodiscard]] Received receive() const noexcept {
        u64 badge = 0;
        const auto info = seL4_Recv(cptr(), &badge);
        return {badge, MessageInfo{info.words[0]}};
    }

    /// Receives only if somebody is sending. With nobody there, the badge is 0.
    [[nodiscard]] Received try_receive() const noexcept {
        u64 badge = 0;
        const auto info = seL4_NBRecv(cptr(), &badge);
        return {badge, MessageInfo{info.words[0]}};
    }

    /// Replies to whoever called last, and receives.
    [[nodiscard]] Received reply_and_receive(seL4_MessageInfo_t reply) const noexcept {
        u64 badge = 0;
        const auto info = seL4_ReplyRecv(cptr(), reply, &badge);
        return {badge, MessageInfo{info.words[0]}};
    }
};

} // namespace user
