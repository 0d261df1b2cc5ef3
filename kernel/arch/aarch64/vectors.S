/* The sixteen exception vectors, and the one place where registers are saved and loaded again.

   From the kernel they call  TrapFrame* handle_kernel_exception(TrapFrame* interrupted, Vector)  and
   go on with the frame that it returns. From EL0 they call  const UserContext* handle_user_exception(Vector)
   and go on with the context that it returns. */
#include "asm_offsets.h"

/* Arm ARM, "Exception vectors". There is room for 32 instructions. The processor has kept the flags
   in SPSR_EL1, but SP is not to be trusted: what is wrong may be the stack. The frame goes there
   only if SP is aligned and leaves the handler enough room, and to the emergency stack if not.
   TPIDR_EL0 and TPIDRRO_EL0 are scratch registers: what the thread has in them is in its context. */
.macro VECTOR number
    .balign 0x80
    msr     tpidr_el0, x0
    mov     x0, sp
    msr     tpidrro_el0, x0
    tst     x0, #0xf
    b.ne    1f
    adrp    x0, stack_reserve_end
    cmp     sp, x0
    b.lo    1f
    adrp    x0, stack_top
    cmp     sp, x0
    b.ls    2f
1:  adrp    x0, emergency_stack_top
    mov     sp, x0
2:  sub     sp, sp, #FRAME_SIZE
    str     x1, [sp, #FRAME_X + 8 * 1]
    mov     x1, #\number
    b       enter
.endm

/* While a thread runs, SP is the address of its context, so there is a place for all registers at
   once. x0 and x1 go there here, all others in enter_from_user. */
.macro USER_VECTOR number
    .balign 0x80
    stp     x0, x1, [sp, #FRAME_X]
    mov     x0, #\number
    b       enter_from_user
.endm

/* x2 to x29, to or from the frame at SP. A context has them in the same place. */
.macro REGISTERS instruction
    \instruction x2,  x3,  [sp, #FRAME_X + 8 * 2]
    \instruction x4,  x5,  [sp, #FRAME_X + 8 * 4]
    \instruction x6,  x7,  [sp, #FRAME_X + 8 * 6]
    \instruction x8,  x9,  [sp, #FRAME_X + 8 * 8]
    \instruction x10, x11, [sp, #FRAME_X + 8 * 10]
    \instruction x12, x13, [sp, #FRAME_X + 8 * 12]
    \instruction x14, x15, [sp, #FRAME_X + 8 * 14]
    \instruction x16, x17, [sp, #FRAME_X + 8 * 16]
    \instruction x18, x19, [sp, #FRAME_X + 8 * 18]
    \instruction x20, x21, [sp, #FRAME_X + 8 * 20]
    \instruction x22, x23, [sp, #FRAME_X + 8 * 22]
    \instruction x24, x25, [sp, #FRAME_X + 8 * 24]
    \instruction x26, x27, [sp, #FRAME_X + 8 * 26]
    \instruction x28, x29, [sp, #FRAME_X + 8 * 28]
.endm

    .text
    .balign 0x800
    .global exception_vectors
exception_vectors:
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7
    VECTOR  \number
    .endr
    USER_VECTOR 8                       // synchronous
    USER_VECTOR 9                       // IRQ
    VECTOR  10                          // FIQ, which is masked while a thread runs
    USER_VECTOR 11                      // SError
    .irp    number, 12, 13, 14, 15      // AArch32, in which no thread runs
    VECTOR  \number
    .endr
    .balign 0x80

/* x1 = the vector's number; x0 and SP, as they were, are in the scratch registers. */
enter:
    REGISTERS stp
    mrs     x2, tpidr_el0
    mrs     x3, tpidrro_el0
    mrs     x4, elr_el1
    mrs     x5, spsr_el1
    mrs     x6, esr_el1
    mrs     x7, far_el1
    str     x2,      [sp, #FRAME_X]
    stp     x30, x3, [sp, #FRAME_X + 8 * 30] // SP's place follows that of x30
    stp     x4,  x5, [sp, #FRAME_PC]         // then PC, PSTATE
    stp     x6,  x7, [sp, #FRAME_ESR]        // and ESR, FAR
    mov     x0, sp
    bl      handle_kernel_exception

/* x0 = the frame to go on with. Its x0 comes last, being needed until SP is right. */
resume:
    mov     sp, x0
    ldp     x2,  x3, [sp, #FRAME_PC]
    ldp     x4,  x1, [sp, #FRAME_X]
    msr     elr_el1, x2
    msr     spsr_el1, x3
    msr     tpidr_el0, x4
    REGISTERS ldp
    ldp     x30, x0, [sp, #FRAME_X + 8 * 30]
    mov     sp, x0
    mrs     x0, tpidr_el0
    eret

/* x0 = the vector's number. Nothing that was on the kernel's stack is of any use now. */
enter_from_user:
    REGISTERS stp
    mrs     x2, sp_el0
    mrs     x3, elr_el1
    mrs     x4, spsr_el1
    mrs     x5, tpidr_el0
    stp     x30, x2, [sp, #FRAME_X + 8 * 30]
    stp     x3,  x4, [sp, #CONTEXT_PC]
    str     x5,      [sp, #CONTEXT_TLS]
    adrp    x2, stack_top
    mov     sp, x2
    mov     x29, xzr                         // the frame chain of a backtrace ends here
    bl      handle_user_exception

/* [[noreturn]] void resume_user(const UserContext*): every register of the thread's is loaded, so
   nothing of the kernel's is left in any. */
    .global resume_user
    .type   resume_user, %function
resume_user:
    mov     sp, x0
    ldp     x2,  x3, [sp, #CONTEXT_PC]
    ldp     x4,  x5, [sp, #CONTEXT_TLS]
    ldp     x30, x6, [sp, #FRAME_X + 8 * 30]
    msr     elr_el1, x2
    msr     spsr_el1, x3
    msr     tpidr_el0, x4
    msr     tpidrro_el0, x5
    msr     sp_el0, x6
    REGISTERS ldp
    ldp     x0,  x1, [sp, #FRAME_X]
    eret
    .size   resume_user, . - resume_user
