// What assembly may know of C++ types. Never linked: the build reads the compiler's output and
// makes asm_offsets.h of it (scripts/cmake/AsmOffsets.cmake).
#include "arch/trap_frame.hpp"

#include <cstddef>

#define K_OFFSET(name, value) asm volatile(".ascii \"@@ " #name " %c0\"" : : "i"(value))

namespace k::arch {

[[gnu::used]] static void offsets() {
    K_OFFSET(FRAME_SIZE, sizeof(TrapFrame));
    K_OFFSET(FRAME_X, offsetof(TrapFrame, x));
    K_OFFSET(FRAME_PC, offsetof(TrapFrame, pc));
    K_OFFSET(FRAME_ESR, offsetof(TrapFrame, esr));
}

} // namespace k::arch
