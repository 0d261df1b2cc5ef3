// A program's first instructions. The kernel passes the address of BootInfo in x0; all other
// registers are 0, the stack pointer too.
//
// A program that wants to see these registers has a _start of its own, which goes on with
// start_runtime.
    .section .text.start, "ax"
    .weak   _start
    .type   _start, %function
    .global start_runtime
    .type   start_runtime, %function
_start:
start_runtime:
    adrp    x1, stack_top
    add     x1, x1, :lo12:stack_top
    mov     sp, x1
    mov     x29, xzr // backtraces end here
    mov     x30, xzr
    b       start_program
    .size   start_runtime, . - start_runtime
    .size   _start, . - _start
