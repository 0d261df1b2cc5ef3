// A program's first instructions. The kernel passes the address of BootInfo in x0; all other
// registers are 0, the stack pointer too.
    .section .text.start, "ax"
    .global _start
    .type _start, %function
_start:
    adrp    x1, stack_top
    add     x1, x1, :lo12:stack_top
    mov     sp, x1
    mov     x29, xzr // backtraces end here
    mov     x30, xzr
    b       start_program
    .size _start, . - _start
