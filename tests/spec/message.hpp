/// \file
/// Messages and what travels with them. SEMANTICS 2; seL4 manual, "Message Passing (IPC)".
#pragma once

#include "invocation.hpp"

namespace spec {

/// ABI.md, "Registers at svc #0".
struct MessageInfo {
    Word label = 0;
    Word caps_unwrapped = 0;
    Word extra_caps = 0;
    Word length = 0; ///< at most 120

    static MessageInfo from_word(Word word);
    Word to_word() const;
};

/// How a message goes: through an endpoint, or (none) as a reply, which never unwraps.
struct Passage {
    std::optional<Name> endpoint;
    Word badge = 0;
    bool grant = false; ///< extra capabilities move
};

/// The message that \p from has in its registers, or its fault, is put into \p to's registers and
/// buffer.
void transfer(World& world, Name from, Name to, const Passage& passage);

/// The words that a thread sends, as far as it has a buffer for them.
Words outgoing_words(World& world, Name thread);

/// The capabilities that a thread sends, looked up in order. None without an IPC buffer.
/// \throws CapFault for the first that is not found.
std::vector<Argument> outgoing_capabilities(World& world, Name thread);

/// Puts a message of the kernel's own into a thread's registers and buffer. The length is cut to
/// what there is room for.
void deliver(World& world, Name to, MessageInfo info, Word badge, const Words& words);

} // namespace spec
