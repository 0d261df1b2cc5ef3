/// \file
/// Text for a debugger or an emulator, should one listen (AArch64).
#pragma once

#include "base/types.hpp"

#include <string_view>

namespace k::arch {

/// Writes to the console of whoever debugs this core. It takes no device, and so no address. Where
/// nobody listens the instruction is undefined: this is for last words only.
/// "Semihosting for AArch32 and AArch64", "SYS_WRITEC (0x03)".
inline void semihosting_write(std::string_view text) noexcept {
    for (const char& character : text) {
        register u64 operation asm("x0") = 0x03;
        register const char* parameter asm("x1") = &character;
        asm volatile("hlt #0xf000" : "+r"(operation) : "r"(parameter) : "memory");
    }
}

} // namespace k::arch
