/* Things that the processor refuses to do, a function each. */

/* void name(u64 x0): does the one instruction, in a function with a frame record like any other. */
.macro REFUSED name, instruction:vararg
    .global \name
\name:
    stp     x29, x30, [sp, #-16]!
    mov     x29, sp
    \instruction
    ldp     x29, x30, [sp], #16
    ret
.endm

    .text
    REFUSED breakpoint,             brk #0x42
    REFUSED system_call,            svc #7
    REFUSED undefined_instruction,  udf #0
    REFUSED fpu_access,             msr fpcr, xzr
    REFUSED load,                   ldr xzr, [x0]
    REFUSED store,                  str xzr, [x0]
    REFUSED load_exclusive,         ldxr xzr, [x0]
    REFUSED jump,                   blr x0
    REFUSED recurse,                bl recurse

#define ALL_BUT_X29 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,30

/* u64 changed_registers(): gives each register a number of its own and provokes a breakpoint.
   Returns 0 if behind it every register has its number still. */
    .global changed_registers
changed_registers:
    stp     x29, x30, [sp, #-96]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    stp     x23, x24, [sp, #48]
    stp     x25, x26, [sp, #64]
    stp     x27, x28, [sp, #80]
    .irp    n, ALL_BUT_X29
    mov     x\n, #0x100 + \n
    .endr
    brk     #0x51
    .irp    n, ALL_BUT_X29
    sub     x\n, x\n, #0x100 + \n
    .endr
    .irp    n, ALL_BUT_X29
    orr     x0, x0, x\n
    .endr
    ldp     x19, x20, [sp, #16]
    ldp     x21, x22, [sp, #32]
    ldp     x23, x24, [sp, #48]
    ldp     x25, x26, [sp, #64]
    ldp     x27, x28, [sp, #80]
    ldp     x29, x30, [sp], #96
    ret
