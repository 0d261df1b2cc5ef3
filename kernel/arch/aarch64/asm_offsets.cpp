// What assembly may know of C++ types. Never linked: the build reads the compiler's output and
// makes asm_offsets.h of it (scripts/cmake/AsmOffsets.cmake).
#include "arch/trap_frame.hpp"
#include "arch/user_context.hpp"

#include <cstddef>

#define K_OFFSET(name, value) asm volatile(".ascii \"@@ " #name " %c0\"" : : "i"(value))

namespace k::arch {

[[gnu::used]] static void offsets() {
    K_OFFSET(FRAME_SIZE, sizeof(TrapFrame));
    K_OFFSET(FRAME_X, offsetof(TrapFrame, x));
    K_OFFSET(FRAME_PC, offsetof(TrapFrame, pc));
    K_OFFSET(FRAME_ESR, offsetof(TrapFrame, esr));
    K_OFFSET(CONTEXT_PC, offsetof(UserContext, pc));
    K_OFFSET(CONTEXT_TLS, offsetof(UserContext, tls));
    K_OFFSET(FPU_V, offsetof(FpuState, v));
    static_assert(offsetof(UserContext, x) == offsetof(TrapFrame, x), "FRAME_X is for both");
}

} // namespace k::arch
