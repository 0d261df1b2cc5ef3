/// \file
/// System calls of the running thread, in short.
#pragma once

#include "host_machine.hpp"
#include "invocation.hpp"

namespace spec {

/// A system call with a message of these words and capabilities.
Call message(Syscall number, Word cptr, Word label, const Words& words, const Words& cptrs = {});

/// Call on a kernel object.
inline Call invoke(Word cptr, Method method, const Words& words, const Words& cptrs = {}) {
    return message(Syscall::Call, cptr, Word(method), words, cptrs);
}

/// Retype, into slots of the root CNode.
inline Call make(Word untyped, Word type, Word bits, Word to, Word count = 1) {
    return invoke(untyped, Method::UntypedRetype, {type, bits, 0, 0, to, count}, {place::root});
}

} // namespace spec
