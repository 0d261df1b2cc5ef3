#include "lib/print.hpp"

#include <sel4/sel4.h>

namespace user {

void Console::write(std::string_view text) noexcept {
    for (const char character : text)
        seL4_DebugPutChar(character);
}

} // namespace user
