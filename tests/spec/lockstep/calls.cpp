#include "calls.hpp"

#include "thread.hpp"

namespace spec {

Call message(Syscall number, Word cptr, Word label, const Words& words, const Words& cptrs) {
    Call call{static_cast<Word>(number)};
    call.x = {cptr, label << 12 | cptrs.size() << 7 | words.size(), 0, 0, 0, 0};
    for (std::size_t i = 0; i < words.size(); ++i) {
        (i < 4 ? call.x.at(2 + i) : call.buffer[buffer::message + i]) = words[i];
    }
    for (std::size_t i = 0; i < cptrs.size(); ++i) {
        call.buffer[buffer::caps_or_badges + i] = cptrs[i];
    }
    return call;
}

} // namespace spec
