/// \file
/// Calls that small worlds are made by.
#pragma once

#include "chooser.hpp"

namespace spec {

inline Call invoke(Word cptr, Method method, const Words& words, const Words& cptrs = {}) {
    return message(Syscall::Call, cptr, Word(method), words, cptrs);
}

/// Retype, into slots of the root CNode.
inline Call make(Word untyped, Word type, Word bits, Word to, Word count = 1) {
    return invoke(untyped, Method::UntypedRetype, {type, bits, 0, 0, to, count}, {place::root});
}

} // namespace spec
