// Loading and storing every register there is. The offsets are those of registers.hpp.

    .arch_extension fp
    .arch_extension simd

.macro GENERAL instruction, base // all but x30
    .irp    n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28
    PAIR    \instruction, x, \n, \base, 8 * \n
    .endr
.endm

.macro VECTORS instruction, base
    .irp    n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
    PAIR    \instruction, q, \n, \base, 304 + 16 * \n
    .endr
.endm

.altmacro
.macro PAIR instruction, kind, n, base, offset
    PAIR_   \instruction, \kind, \n, %(\n + 1), \base, %(\offset)
.endm
.macro PAIR_ instruction, kind, n, m, base, offset
    \instruction \kind\n, \kind\m, [\base, #\offset]
.endm

// Stores all registers where \base points; x0 to x4 have been stored when it uses them.
.macro STORE_ALL base
    GENERAL stp, \base
    mrs     x0, nzcv
    mrs     x1, tpidr_el0
    mrs     x2, tpidrro_el0
    mrs     x3, fpsr
    mrs     x4, fpcr
    stp     x0, x1, [\base, #256]
    stp     x2, x3, [\base, #272]
    str     x4, [\base, #288]
    VECTORS stp, \base
.endm

    .bss
    .balign 16
    .global registers_at_start
registers_at_start:
    .skip   304 + 32 * 16
own_sp:                       // what the C++ code has, while registers hold the probe's values
    .skip   8
own_tls:
    .skip   8

    .section .text.start, "ax"
    .global _start
    .type   _start, %function
// To store registers takes one that holds an address, and there is no other place to keep that one's
// value. So it is looked at first: after that it is known.
_start:
    cbnz    x30, leaked
    adrp    x30, registers_at_start
    add     x30, x30, :lo12:registers_at_start
    STORE_ALL x30
    mov     x0, sp
    stp     xzr, x0, [x30, #240] // x30, as it was seen above, and SP
    ldr     x0, [x30]
    b       start_runtime
leaked:
    brk     #30
    .size   _start, . - _start

// What a function has to give back as it was, but x29 and x30, to or from the stack.
.macro CALLEE_SAVED instruction
    \instruction x19, x20, [sp, #16]
    \instruction x21, x22, [sp, #32]
    \instruction x23, x24, [sp, #48]
    \instruction x25, x26, [sp, #64]
    \instruction x27, x28, [sp, #80]
    \instruction d8,  d9,  [sp, #96]
    \instruction d10, d11, [sp, #112]
    \instruction d12, d13, [sp, #128]
    \instruction d14, d15, [sp, #144]
.endm

.macro PROBE name, event:vararg
    .global \name
    .type   \name, %function
\name:
    stp     x29, x30, [sp, #-160]!
    CALLEE_SAVED stp
    adrp    x2, own_sp
    add     x2, x2, :lo12:own_sp
    mov     x3, sp
    mrs     x4, tpidr_el0
    stp     x3, x4, [x2]
    mov     sp, x1
    ldp     x3, x4, [x0, #256]
    ldp     x5, x6, [x0, #280]
    msr     nzcv, x3
    msr     tpidr_el0, x4
    msr     fpsr, x5
    msr     fpcr, x6
    VECTORS ldp, x0
    mov     x30, x0
    GENERAL ldp, x30
    ldr     x30, [x30, #240]
    \event
    STORE_ALL sp
    mov     x0, sp
    stp     x30, x0, [sp, #240]
    msr     fpcr, xzr
    adrp    x2, own_sp
    add     x2, x2, :lo12:own_sp
    ldp     x3, x4, [x2]
    mov     sp, x3
    msr     tpidr_el0, x4
    CALLEE_SAVED ldp
    ldp     x29, x30, [sp], #160
    ret
    .size   \name, . - \name
.endm

.macro COUNT_DOWN
7:  subs    x9, x9, #1
    b.ne    7b
.endm

    .text
    PROBE   probe_call, svc #0
    PROBE   probe_loop, COUNT_DOWN
